package dev.polyserve.conversation;

/// A wire whose owner runs on an event loop.
///
/// **Thread**: the owner.
public interface HostedWire {
    /// What runs the owner.
    HandlerHost host();
}
