package dev.polyserve.loop;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The requests that a loop is to perform next, in no order. Adding one takes no memory.
///
/// **Thread**: any; [#performAll] the loop's.
final class LoopRequests {
    private final AtomicReference<@Nullable AbstractLoopConnection<?>> last = new AtomicReference<>();

    void add(AbstractLoopConnection<?> request, int what) {
        if (!request.add(what)) {
            return;
        }
        AbstractLoopConnection<?> before;
        do {
            before = last.get();
            request.next = before;
        } while (!last.compareAndSet(before, request));
    }

    boolean isEmpty() {
        return last.get() == null;
    }

    /// Performs the requests, each although another fails. One that lacks memory stays.
    ///
    /// @throws OutOfMemoryError if there is any
    void performAll(EventLoop loop) {
        OutOfMemoryError lack = null;
        AbstractLoopConnection<?> following = last.getAndSet(null);
        while (following != null) {
            AbstractLoopConnection<?> request = following;
            following = request.next;
            request.next = null;
            int what = request.take();
            try {
                request.performAll(what);
            } catch (OutOfMemoryError e) {
                add(request, what);
                lack = e;
            } catch (RuntimeException | Error e) {
                loop.report(e);
            }
        }
        if (lack != null) {
            throw lack;
        }
    }
}
