package dev.polyserve.conversation;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Schedules the coroutines of a [MessageConversation] on its event loop, and its turns outside of the loop's own.
///
/// **Thread**: the owner (the loop, or a coroutine that it runs), except [#post] and [#call].
public interface MessageScheduler extends LoopBufferProvider {
    /// Calls [MessageConversation#run] soon, on a coroutine of the loop.
    void runSoon(MessageConversation<?> conversation);

    /// Does what the conversation wants now: sends its output, or closes.
    void turn();

    /// Runs a task on the loop, soon. **Thread**: any.
    void post(Runnable task);

    /// Runs a task on the loop, soon, and waits for its result. **Thread**: any but the loop's.
    <R extends @Nullable Object> R call(Supplier<R> task);
}
