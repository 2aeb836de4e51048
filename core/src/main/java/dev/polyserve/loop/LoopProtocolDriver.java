package dev.polyserve.loop;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.MessageScheduler;
import dev.polyserve.conversation.MessageConversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.conversation.KernelSendQueue;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.io.PollableChannel;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.PollableStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Drives a protocol on an event loop: it reads and writes the socket as the conversation requires and the socket
/// allows.
///
/// ```
///   ready ─▶ read once ─▶ received ─┐
///     │                             ├─▶ write while it takes ─▶ interest = what it wants ─▶ (loop)
///     └────▶ writable ──────────────┘            └─ done ─▶ close
/// ```
///
/// A turn reads once and writes a bounded number of times, so that no connection monopolizes the loop.
///
/// **Thread**: the loop's, except where [ConversationDriver] specifies otherwise.
public final class LoopProtocolDriver extends AbstractLoopConnection<LoopProtocolConversation>
        implements
            ConversationDriver,
            KernelSendQueue,
            MessageScheduler,
            Multiplexer.Ready {
    private static final int WRITES_PER_TURN = 16;
    private static final Step NOTHING = (_, _) -> {};
    // What other threads ask the loop for.
    private static final int LOOK = 1;
    private static final int END_INPUT = 2;
    // What the driver asks the loop for.
    private static final int READ_BUFFERED = 4;

    private final StreamSocket socket;
    /// Null before the conversation begins, and once the socket is closed.
    private Multiplexer.@Nullable Watch watch;
    /// Keeps the socket open until the peer has received our last bytes.
    private @Nullable LingeringSocket lingering;

    /// Creates a driver for a socket. [#start] makes the socket non-blocking.
    public LoopProtocolDriver(EventLoop loop, StreamSocket socket) {
        super(loop);
        this.socket = socket;
    }

    /// Starts watching the socket and opens the conversation, which was created with this driver and is watched already.
    ///
    /// @param earlier what watches the socket already; null: nothing
    public void start(Multiplexer.@Nullable Watch earlier) throws IOException {
        loop.assertOwner();
        watch = watch(loop, socket, earlier, this);
        turn((_, opening) -> opening.open());
    }

    /// Watches a socket for reading, or takes over what watches it already.
    static Multiplexer.Watch watch(EventLoop loop, StreamSocket socket, Multiplexer.@Nullable Watch earlier,
            Multiplexer.Ready ready) throws IOException {
        if (earlier == null) {
            socket.control().blocking(false);
            return loop.watch(socket.source(), Multiplexer.READ, ready);
        }
        earlier.tells(ready);
        loop.change(earlier, Multiplexer.READ);
        return earlier;
    }

    @Override
    public void ready(int readiness) {
        loop.turnBegins();
        turn((readiness & Multiplexer.READ) != 0 ? LoopProtocolDriver::read : NOTHING);
    }

    private void read(LoopProtocolConversation driven) throws IOException {
        LingeringSocket ending = lingering;
        if (ending != null) {
            ending.readable();
            return;
        }
        if (!driven.wantsRead()) {
            return;
        }
        HeapBuffer scratch = loop.scratch();
        ByteBuffer room = scratch.room();
        int count = socket.read(room.limit(Math.min(room.limit(), driven.mostReadBytes())));
        if (count > 0) {
            driven.input().lend(scratch, count);
            driven.received(count);
            driven.input().keep();
        } else if (count < 0) {
            driven.inputEnded();
        }
    }

    private void turn(Step step) {
        loop.assertOwner();
        LoopProtocolConversation driven = conversation();
        if (driven == null || watch == null) {
            return;
        }
        loop.serves(driven);
        try {
            runStep(step, driven);
            if (!driven.turnsLater()) {
                turnEnds(driven);
            }
        } catch (RuntimeException | Error e) {
            // A lack of memory, or a defect: without an end, the same readiness would come again and again.
            driven.abandon(e);
            throw e;
        }
    }

    private void runStep(Step step, LoopProtocolConversation driven) {
        try {
            step.run(this, driven);
        } catch (IOException e) {
            driven.lost(e);
        }
    }

    private void turnEnds(LoopProtocolConversation driven) {
        if (lingering != null) {
            if (!driven.graceful()) {
                close(driven);
            }
            return;
        }
        boolean unsent = false;
        try {
            write(driven);
            unsent = !endsOutput(driven);
        } catch (IOException e) {
            driven.lost(e);
        }
        driven.waits(unsent);
        if (driven.done() && !unsent) {
            finish(driven);
            return;
        }
        watchFor(driven, unsent);
    }

    private void watchFor(LoopProtocolConversation driven, boolean unsent) {
        int wanted = (driven.wantsRead() ? Multiplexer.READ : 0)
                | (driven.wantsWrite() || unsent ? Multiplexer.WRITE : 0);
        watchFor(wanted);
        if ((wanted & Multiplexer.READ) != 0 && socket.buffered()) {
            loop.ask(this, READ_BUFFERED);
        }
    }

    private void watchFor(int wanted) {
        Multiplexer.Watch watched = watch;
        if (watched != null) {
            loop.change(watched, wanted);
        }
    }

    private void write(LoopProtocolConversation driven) throws IOException {
        for (int left = WRITES_PER_TURN; left > 0 && driven.wantsWrite() && driven.graceful(); left--) {
            ByteBuffer pending = driven.pendingOutput();
            int asked = pending.remaining();
            int count = socket.write(pending);
            driven.sent(count);
            if (count < asked) {
                break;
            }
        }
    }

    /// Ends the output if the conversation requires that now.
    ///
    /// @return false if the end is due but the kernel has not yet accepted every byte written
    private boolean endsOutput(LoopProtocolConversation driven) throws IOException {
        boolean wanted = driven.wantsEndOutput();
        if (!driven.graceful() || (!wanted && !driven.done())) {
            return true;
        }
        if (!socket.endOutput(driven.done() && !driven.mayHaveUnread())) {
            return false;
        }
        if (wanted) {
            driven.outputEnded();
        }
        return true;
    }

    /// Closes the socket once the peer has received our last bytes.
    private void finish(LoopProtocolConversation driven) {
        if (!driven.mayHaveUnread()) {
            close(driven);
            return;
        }
        LingeringClose decides = driven.lingering();
        LingeringSocket ending = new LingeringSocket(loop, socket, decides, false, reset -> {
            if (reset == null) {
                driven.lingered(decides);
            } else {
                driven.lostAtTheEnd(reset);
            }
            close(driven);
        });
        lingering = ending;
        watchFor(Multiplexer.READ);
        ending.begin();
    }

    private void close(LoopProtocolConversation driven) {
        loop.assertOwner();
        if (watch != null) {
            if (lingering != null) {
                lingering.cancel();
            }
            closeSocket(driven.mayHaveUnread());
        }
        // Again, when it has failed for lack of memory.
        driven.finish();
    }

    /// Closes the socket; a second call has no effect.
    private void closeSocket(boolean unread) {
        Multiplexer.Watch watched = watch;
        if (watched != null) {
            loop.forget(watched);
        }
        try {
            socket.close(unread);
        } catch (IOException e) {
            // The descriptor is released whatever close reports, and the conversation has already ended.
            socket.control().shutdown();
        }
        watch = null;
    }

    // --- for the coroutines of messages ---

    @Override
    public ConnectionBufferPool buffers() {
        return loop.messages().buffers();
    }

    @Override
    public void runSoon(MessageConversation<?> messages) {
        loop.messages().add(messages);
    }

    @Override
    public void turn() {
        loop.assertOwner();
        LoopProtocolConversation driven = conversation();
        if (driven == null || watch == null) {
            return;
        }
        try {
            turnEnds(driven);
        } catch (RuntimeException | Error e) {
            driven.abandon(e);
            throw e;
        }
    }

    @Override
    public void post(Runnable task) {
        loop.post(task);
    }

    @Override
    public <R extends @Nullable Object> R call(Supplier<R> task) {
        if (!CarrierThread.canUnmount()) {
            throw new IllegalStateException(CarrierThread.refusal("a caller beside the event loop"));
        }
        return CompletableFuture.supplyAsync(task, loop::post).join();
    }

    // --- for other threads ---

    @Override
    public BufferPool pool() {
        return loop.pool();
    }

    @Override
    public void runSender(Runnable task) {
        loop.post(() -> turn((_, _) -> task.run()));
    }

    @Override
    public void resetOnClose() {
        socket.control().resetOnClose();
    }

    @Override
    public void shutdown() {
        loop.ask(this, LOOK);
    }

    @Override
    void perform(int what) {
        LoopProtocolConversation driven = conversation();
        if (watch != null) {
            turn(step(what));
        } else if (driven != null && driven.isRunning()) {
            driven.finish();
        } else if ((what & LOOK) != 0) {
            closeSocket(false); // it has not begun, and never will
        }
    }

    private static Step step(int what) {
        if ((what & END_INPUT) != 0) {
            return (_, ending) -> ending.inputEnded();
        }
        return (what & READ_BUFFERED) != 0 ? LoopProtocolDriver::read : NOTHING;
    }

    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        return pending(loop, socket.source(), toWrite);
    }

    @Override
    public int unacknowledged() throws IOException {
        return socket.control().unacknowledged();
    }

    /// As [PollableStream#pending]. A JDK channel is queried on its loop only. The query takes the channel's lock, which
    /// another thread could hand to a coroutine while the loop itself is queued for that lock.
    static ReadinessAtDeadline pending(EventLoop loop, PollableStream source, boolean toWrite) {
        boolean mayAsk = !(source instanceof PollableChannel) || Thread.currentThread().equals(loop.thread());
        return mayAsk ? source.pending(toWrite) : ReadinessAtDeadline.UNKNOWN;
    }

    @Override
    public void cutInput() {
        loop.ask(this, END_INPUT);
    }

    @Override
    public long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return loop.waitBegins(waiting);
    }

    /// The first step of a turn.
    @FunctionalInterface
    private interface Step {
        void run(LoopProtocolDriver driver, LoopProtocolConversation driven) throws IOException;
    }
}
