package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection served by a sequential [Handler]: its run from set-up to close, and the operations that it may call.
/// [HandlerInput] reads, [HandlerOutput] writes, and both wait in a [LimitedWire].
///
/// ```
///   run ─▶ setUp ─▶ handle ─▶ finish ─▶ flush, end output ─▶ close ─▶ complete
///             │        │  read: flush ─▶ wait ─▶ buffer
///             └────────┴─▶ an exception settles the cause; the rest is the same
/// ```
///
/// The code of the handler, with its codecs, runs outside of the library ([HandlerBorder]). What reads, writes or waits
/// enters it: [HandlerInput] and [LimitedWire] do.
///
/// **Thread**: [#run] and everything the handler calls: the owner, a platform or virtual thread.
public final class HandlerConversation extends BufferedConversation implements Connection {
    private static final Codec<String> LINES = Framing.lines();

    private final Supplier<? extends Handler> factory;
    private final Wire wire;
    private final LimitedWire limited;
    private final HandlerInput input;
    private final HandlerOutput output;
    private final HandlerBorder border;
    private boolean closed;
    private boolean wireClosed;
    /// The handler, which is to be told the cause; null when there is none, or it was told.
    private @Nullable Handler served;

    /// Creates a conversation over the wire, not yet begun, for a thread that belongs to the handler.
    public <W extends Wire & ConnectionContext> HandlerConversation(ServerContext context, Identity identity,
            Supplier<? extends Handler> factory, W wire) {
        this(context, identity, factory, wire, HandlerBorder.NONE);
    }

    /// Creates a conversation over the wire, not yet begun, for a coroutine with this border.
    public <W extends Wire & ConnectionContext> HandlerConversation(ServerContext context, Identity identity,
            Supplier<? extends Handler> factory, W wire, HandlerBorder border) {
        super(context, identity, wire);
        this.factory = factory;
        this.wire = wire;
        this.border = border;
        this.limited = new LimitedWire(this, wire, border);
        this.output = new HandlerOutput(limited, buffers.out, context.options().limits().highWaterBytes());
        this.input = new HandlerInput(limited, buffers.in, output, border);
    }

    /// Runs the whole conversation, from the handler's set-up to the closed socket. It never throws: where it fails, for
    /// example for lack of memory, the conversation is abandoned.
    public void run() {
        try {
            if (begin(Thread.currentThread())) {
                serve();
            }
        } catch (RuntimeException | Error e) {
            ownerFailed(e);
        }
    }

    private void serve() {
        try {
            handle();
        } finally {
            var _ = border.enterLibrary();
            leaveHandler();
            try {
                conclude();
            } finally {
                over();
            }
        }
    }

    private void handle() {
        Handler handler;
        border.leaveLibrary();
        try {
            handler = factory.get();
        } catch (RuntimeException | Error e) {
            var _ = border.enterLibrary();
            failed(e);
            return;
        }
        served = handler;
        try {
            converse(handler);
        } finally { // though the report of a failure fails, for example for lack of memory
            finish(handler);
        }
    }

    /// Completes the conversation, after it has closed the socket if that has failed before.
    private void over() {
        if (!wireClosed) {
            close(false);
        }
        settle(ending(buffers.in.ended()));
        Handler told = served;
        served = null;
        closed(told);
        complete(isRunning());
    }

    @Override
    void endInPlace() {
        claim();
        limited.discardQueued();
        buffers.in.clear();
        output.clear();
        over();
    }

    private void converse(Handler handler) {
        try {
            handler.setUp(this);
            handler.handle(this);
        } catch (Throwable e) { // every exception ends only this connection
            var _ = border.enterLibrary();
            try {
                failed(e);
            } finally {
                border.leaveLibrary();
            }
        }
    }

    private void finish(Handler handler) {
        try {
            handler.finish(this);
        } catch (Throwable e) {
            var _ = border.enterLibrary();
            failed(e);
        }
    }

    /// Tells a handler of messages the cause.
    private void closed(@Nullable Handler handler) {
        Cause why = cause();
        if (handler instanceof MessageReader<?> reader && why != null) {
            try {
                reader.closed(why);
            } catch (Throwable e) { // as of a protocol
                context.listener().failed(this, e);
            }
        }
    }

    /// Handles an exception of the handler: it becomes the cause, unless the connection was over before. A
    /// [ConnectionException] of this connection only repeats the cause. After a lost or aborted connection every
    /// exception is a consequence of that; all others are reported.
    void failed(Throwable error) {
        Cause before = cause();
        if (error instanceof ConnectionException told && told.reason().equals(before)) {
            return;
        }
        switch (before) {
            case null -> {
                Cause why = causeOf(error);
                if (settle(why) && why instanceof Cause.Failed) {
                    context.listener().failed(this, error);
                }
            }
            case Cause.Done _, Cause.Failed _ -> context.listener().failed(this, error);
            case Cause.PeerReset _, Cause.TimedOut _, Cause.LimitReached _, Cause.Stopped _ -> {
                // Not an error of the handler.
            }
        }
    }

    @Override
    boolean isOwn(TimedOutException late) {
        return limited.threw(late);
    }

    /// Sends the last bytes and closes.
    private void conclude() {
        boolean graceful = !broken();
        try {
            if (graceful) {
                output.flush();
                limited.endOutput();
            }
        } catch (IOException e) {
            limited.lost(e);
            graceful = false;
        } catch (RuntimeException | Error e) {
            graceful = false; // the output may not have ended, so the peer would not close its side
            failed(e);
            throw e;
        } finally {
            limited.discardQueued();
            boolean unread = graceful && mayHaveUnread(buffers.in.ended());
            buffers.in.clear();
            output.clear();
            accountNothing();
            try {
                if (unread) {
                    linger();
                }
            } finally {
                settle(ending(buffers.in.ended()));
                close(unread);
            }
        }
    }

    /// Waits until the peer has acknowledged our last bytes, or cannot get them.
    private void linger() {
        LingeringClose lingering = lingering();
        try {
            lingering.await(wire, this::broken);
            lingered(lingering);
        } catch (ClosedByInterruptException | PinnedWaitException e) {
            limited.lost(e); // caused by the handler itself
        } catch (IOException e) {
            lostAtTheEnd(e);
        }
    }

    private void close(boolean unread) {
        try {
            wire.close(unread);
        } catch (IOException e) {
            // The descriptor is released whatever close reports; an earlier error has settled the cause already.
            settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        }
        wireClosed = true;
    }

    // --- reading ---

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return input.read(into, offset, length);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return input.read(into);
    }

    @Override
    public int readByte() throws IOException {
        return input.readByte();
    }

    @Override
    public @Nullable String readLine() throws IOException {
        return input.read(LINES);
    }

    @Override
    public <T> @Nullable T read(Codec<T> codec) throws IOException {
        return input.read(codec);
    }

    @Override
    public @Nullable String readText() throws IOException {
        return input.readText();
    }

    @Override
    public byte[] readExactly(int length) throws IOException {
        return input.readExactly(length, context.options().limits().bufferBytesPerConnection());
    }

    @Override
    public byte @Nullable [] readUntil(byte... delimiter) throws IOException {
        return input.read(Framing.delimited(delimiter));
    }

    @Override
    public int available() {
        return buffers.in.available();
    }

    @Override
    public boolean peerGone() {
        return cause() instanceof Cause.PeerReset || (cause() == null && limited.peerGone());
    }

    @Override
    public void readTimeout(@Nullable Duration atMost) {
        input.readTimeout(atMost == null ? ServerContext.FOREVER_NANOS : ServerContext.limitNanos(atMost));
    }

    @Override
    public void deadline(Duration fromNow) {
        endWithin(ServerContext.limitNanos(fromNow));
    }

    // --- writing ---

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        requireOutput();
        output.write(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        requireOutput();
        output.write(bytes);
    }

    @Override
    public void writeByte(int value) throws IOException {
        requireOutput();
        output.write((byte) value);
    }

    @Override
    public boolean ended() {
        return limited.outputEnded();
    }

    @Override
    public long pendingBytes() {
        return output.pending();
    }

    @Override
    public void flush() throws IOException {
        throwIfUnsendable();
        output.flush();
    }

    @Override
    public void end() throws IOException {
        flush();
        limited.endOutput();
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                if (!limited.outputEnded()) {
                    end();
                }
            } finally {
                settle(ending(buffers.in.ended()));
            }
        }
    }

    @Override
    public Sender sender() {
        return limited.sender();
    }

    @Override
    public InputStream inputStream() {
        return new ConnectionInputStream(this);
    }

    @Override
    public OutputStream outputStream() {
        return new ConnectionOutputStream(this);
    }

    @Override
    public void startTls() throws IOException {
        requireOutput();
        if (!(wire instanceof SecurableWire secured)) {
            throw new IllegalStateException("this connection cannot have TLS: it is not a server's");
        }
        boolean unread = buffers.in.available() > 0;
        if (!unread) {
            output.flush();
        }
        limited.startTls(secured, unread);
    }

    // --- the end ---

    @Override
    void discard() {
        close(false);
    }

    /// After a handler has failed, it may still write an error message.
    private void throwIfUnsendable() throws ConnectionException {
        if (broken()) {
            limited.throwIfOver();
        }
    }

    private void requireOutput() throws IOException {
        if (limited.outputEnded()) {
            throw new IOException("the output was ended: nothing can be written after end() or close()");
        }
        throwIfUnsendable();
    }
}
