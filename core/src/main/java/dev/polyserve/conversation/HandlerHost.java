package dev.polyserve.conversation;

/// What runs a handler on an event loop. The wires of the connections that the handler begins share it.
public interface HandlerHost {
    /// The event loop; compared by identity. **Thread**: any.
    Object home();
}
