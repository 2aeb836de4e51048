package dev.polyserve.conversation;

import dev.polyserve.Limit;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A protocol's conversation that has a thread: the thread performs the wanted operations over a [Wire], one at a time,
/// and waits in them. Senders write for themselves, beside the thread, and share the wire's output with it by a lock
/// ([WireCrossThreadSendQueue]).
///
/// ```
///   run: open ─▶ (write | end output | read)* ─▶ done ─▶ senders' last messages, end output ─▶ linger ─▶ close ─▶ finish
///                            └─ after the peer's end: wait until the input is cut or the cause settled
/// ```
///
/// **Thread**: the owner, a platform or virtual thread, except `shutdown`, `cutInput` and the sender.
public final class BlockingProtocolConversation extends ProtocolConversation implements Runnable {
    private final Wire wire;
    /// The thread while it waits outside the wire.
    private volatile @Nullable Thread waiting;
    private @Nullable WireCrossThreadSendQueue senderQueue;

    /// Creates a conversation, not yet begun.
    public <W extends Wire & ConversationDriver> BlockingProtocolConversation(ServerContext context, Identity identity,
            Supplier<? extends Protocol> factory, W wire) {
        super(context, identity, factory, wire);
        this.wire = wire;
    }

    /// Runs the whole conversation, until the wire is closed and the conversation complete. It never throws:
    /// where it fails, for example for lack of memory, the conversation is abandoned.
    @Override
    public void run() {
        try {
            open(Thread.currentThread());
            serve();
        } catch (RuntimeException | Error e) {
            ownerFailed(e);
        }
    }

    private void serve() {
        try {
            while (!done()) {
                step();
            }
            finishOutput();
            linger();
        } catch (IOException e) {
            lost(e);
        } catch (RuntimeException | Error e) {
            failed(e);
            throw e;
        } finally {
            closeWire();
            finish();
        }
    }

    @Override
    void endInPlace() {
        claim();
        closeWire();
        if (isRunning()) {
            finish();
        } else {
            complete(false);
        }
    }

    private void step() throws IOException {
        if (wantsWrite()) {
            write();
        } else if (wantsEndOutput()) {
            endOutput();
        } else {
            read();
        }
    }

    private void read() throws IOException {
        waits();
        if (done()) {
            return;
        }
        if (input().ended()) {
            awaitCut();
            waited();
            inputEnded();
            return;
        }
        int count = wire.read(input(), ServerContext.FOREVER_NANOS);
        waited();
        switch (count) {
            case Wire.TIMED_OUT -> throw new IllegalStateException("a read without a limit of its own timed out");
            case Wire.END -> {
                if (senderQueue != null) {
                    senderQueue.awaitWrite();
                }
                inputEnded();
            }
            default -> received(count);
        }
    }

    /// Waits, after the peer's end, until the server cuts the input or settles the cause.
    private void awaitCut() {
        waiting = Thread.currentThread();
        while (!inputCut() && cause() == null) {
            LockSupport.park(this);
            // The protocol may have set the interrupt flag, which would end every later wait at once.
            Thread.interrupted();
        }
    }

    private void write() throws IOException {
        ByteBuffer bytes = pendingOutput();
        int count = Math.min(bytes.remaining(), Wire.WRITE_PIECE_BYTES);
        bytes.limit(bytes.position() + count);
        waits();
        try {
            if (senderQueue == null) {
                wire.write(bytes, true);
            } else {
                senderQueue.write(bytes);
            }
        } catch (IOException e) {
            countOut(count - bytes.remaining());
            throw e;
        }
        waited();
        sent(count);
    }

    private void finishOutput() throws IOException {
        if (graceful()) {
            if (senderQueue != null) {
                senderQueue.finish();
            }
            if (wantsEndOutput()) {
                endOutput();
            } else {
                // After a failure: with TLS, the close alone would not end the last bytes.
                wire.endOutput(false);
            }
        }
    }

    private void endOutput() throws IOException {
        if (senderQueue == null) {
            waitsFor(Limit.WRITE_STALL);
            wire.endOutput(true);
            waited();
        } else {
            senderQueue.endOutput();
        }
        outputEnded();
    }

    private void linger() {
        if (!mayHaveUnread()) {
            return;
        }
        LingeringClose lingering = lingering();
        try {
            lingering.await(wire, () -> !graceful());
            lingered(lingering);
        } catch (IOException e) {
            lostAtTheEnd(e);
        }
    }

    private void closeWire() {
        try {
            wire.close(mayHaveUnread());
        } catch (IOException e) {
            // The descriptor is released whatever close reports, and the conversation had already ended.
            control.shutdown();
        }
    }

    // --- senders ---

    @Override
    @Nullable CrossThreadSendQueue senderQueue() {
        return senderQueue;
    }

    @Override
    CrossThreadSendQueue newSenderQueue() {
        WireCrossThreadSendQueue made = new WireCrossThreadSendQueue(this, wire, HandlerBorder.NONE, false);
        senderQueue = made;
        return made;
    }

    /// False: a task beside the thread sends them.
    @Override
    boolean hasQueued() {
        return false;
    }

    @Override
    void takeQueued() {
        // A task beside the thread sends them.
    }

    // --- the end, from any thread ---

    @Override
    void shutdown() {
        super.shutdown();
        LockSupport.unpark(waiting);
    }

    @Override
    void discard() {
        try {
            wire.close(false);
        } catch (IOException e) {
            // The descriptor is released whatever close reports, and no handler has begun.
            control.shutdown();
        }
    }

    @Override
    void cutInput() {
        super.cutInput();
        LockSupport.unpark(waiting);
    }
}
