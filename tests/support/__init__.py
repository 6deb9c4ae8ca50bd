"""What several tests share: a clock that jumps, a cloud that follows a script, an engine, an emulator."""
