"""The only room that knows gRPC and Struct: how the engine speaks to the core.

Two hops from an RPC to the API: `servicer` decodes and calls a function or resource, which asks the cloud.
"""
