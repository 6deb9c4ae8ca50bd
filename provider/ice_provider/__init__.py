"""The Pulumi provider for Alibaba Cloud Intelligent Media Services (ICE) workflow tasks."""
