package dev.polyserve.conversation;

/// The border between the library and the code of handlers that one coroutine runs, on an event loop that can be handed
/// off.
///
/// The library's code runs only while the handler's thread has the loop for itself. During the handler's own code the
/// loop may be handed off to another platform thread. The two methods are the crossings:
///
/// ```
///   library ──leaveLibrary──▶ handler's code ──enterLibrary──▶ library
/// ```
///
/// **Thread**: any may call [#enterLibrary], [#isOnLoop] and [#leaveIf]; the first has no effect on threads other than the
/// handler's. The handler's own for the other methods.
public interface HandlerBorder {
    /// The border of a handler whose thread belongs to it, or whose loop is never handed off.
    HandlerBorder NONE = new HandlerBorder() {
        @Override
        public void leaveLibrary() {
            // Nothing is shared.
        }

        @Override
        public boolean enterLibrary() {
            return false;
        }

        @Override
        public boolean isOnLoop() {
            return true;
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    };

    /// Begins or continues the handler's own code.
    void leaveLibrary();

    /// Ends a stretch of the handler's own code. When the loop was handed off during it, the caller first returns to the
    /// loop's present thread; a pinned caller cannot, and continues beside the loop.
    ///
    /// @return whether [#leaveLibrary] has to follow; false when the caller is not in its handler's own code
    boolean enterLibrary();

    /// Continues the handler's own code if [#enterLibrary] has ended a stretch of it.
    ///
    /// @param entered what [#enterLibrary] returned
    default void leaveIf(boolean entered) {
        if (entered) {
            leaveLibrary();
        }
    }

    /// Whether the caller, which has entered the library, has the loop for itself. A pinned caller beside the loop has not;
    /// it posts what touches the loop. Nor has a thread that is not the handler's.
    boolean isOnLoop();

    /// Whether the caller, which is pinned, may block its carrier: the loop is handed off, by this call if not before.
    boolean mayBlock();
}
