package dev.polyserve.conversation;

import dev.polyserve.Codec;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.Framing;
import dev.polyserve.IncompleteFrameException;
import dev.polyserve.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The reading half of a handler's conversation: every kind of read, on top of one buffer and one wait for more. A wait
/// flushes the output first, so that the peer has what it may be waiting for.
///
/// **Thread**: the owner.
abstract sealed class HandlerInput extends HandlerOutput permits WaitingConversation {
    private static final Codec<String> LINES = Framing.lines();

    private long readTimeoutNanos = ServerContext.FOREVER_NANOS;

    <W extends Wire & ConversationDriver> HandlerInput(ServerContext context, Identity identity, W wire,
            HandlerBorder border) {
        super(context, identity, wire, border);
    }

    /// As [dev.polyserve.Connection#readTimeout].
    public final void readTimeout(@Nullable Duration atMost) {
        readTimeoutNanos = atMost == null ? ServerContext.FOREVER_NANOS : ServerContext.limitNanos(atMost);
    }

    /// Waits for more input. It is one method for the reason that [HandlerConversation] states.
    ///
    /// @return false at its end, and at that of a datagram of which bytes are left
    private boolean fill() throws IOException {
        boolean entered = border.enterLibrary();
        try {
            if (buffers.in.inputEnded() || !buffers.in.passesBorder()) {
                return false;
            }
            beginsToWait();
            int count;
            try {
                count = wire.read(this, readTimeoutNanos);
            } catch (IOException e) {
                throw lost(e);
            } finally {
                waited();
            }
            boolean more = hasRead(count, readTimeoutNanos);
            if (!more) {
                input().end();
            }
            return more;
        } catch (LimitException e) {
            noted(e);
            throw e;
        } finally {
            border.leaveIf(entered);
        }
    }

    private void beginsToWait() throws IOException {
        throwIfOver();
        sendCollected();
        buffers.in.reclaim();
        accountBuffers();
        waitsForInput(buffers.in.available() > 0);
    }

    public final int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (buffers.in.available() == 0 && !fill()) {
            return -1;
        }
        int count = Math.min(length, buffers.in.available());
        buffers.in.read(into, offset, count);
        return count;
    }

    public final int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (buffers.in.available() == 0 && !fill()) {
            return -1;
        }
        int count = Math.min(into.remaining(), buffers.in.available());
        if (into.hasArray()) {
            buffers.in.read(into.array(), into.arrayOffset() + into.position(), count);
            into.position(into.position() + count);
        } else {
            into.put(buffers.in.take(count));
        }
        return count;
    }

    public final int readByte() throws IOException {
        while (buffers.in.available() == 0) {
            if (!fill()) {
                return -1;
            }
        }
        int value = buffers.in.peek(0);
        buffers.in.skip(1);
        return value;
    }

    public final <T> @Nullable T read(Codec<T> codec) throws IOException {
        while (true) {
            if (buffers.in.available() > 0 || buffers.in.inputEnded()) {
                T message = decoded(codec);
                if (message != null) {
                    return message;
                }
            }
            if (!fill()) {
                T last = decoded(codec);
                if (last == null && buffers.in.available() > 0) {
                    throw noted(new IncompleteFrameException(buffers.in.take(buffers.in.available())));
                }
                return last;
            }
        }
    }

    private <T> @Nullable T decoded(Codec<T> codec) throws IOException {
        try {
            return codec.decode(buffers.in);
        } catch (FrameTooLongException e) {
            throw noted(e);
        }
    }

    public final @Nullable String readText() throws IOException {
        while (buffers.in.wholeCharactersBytes() == 0) {
            if (!fill()) {
                if (buffers.in.available() > 0) {
                    throw new MalformedInputException(buffers.in.available());
                }
                return null;
            }
        }
        return buffers.in.takeUtf8(buffers.in.wholeCharactersBytes());
    }

    public final byte[] readExactly(int length) throws IOException {
        int mostBytes = context.options().limits().bufferBytesPerConnection();
        if (length > mostBytes) {
            throw noted(new FrameTooLongException(mostBytes));
        }
        while (buffers.in.available() < length) {
            if (!fill()) {
                throw noted(new IncompleteFrameException(buffers.in.take(buffers.in.available())));
            }
        }
        return buffers.in.take(length);
    }

    public final @Nullable String readLine() throws IOException {
        return read(LINES);
    }

    public final byte @Nullable [] readUntil(byte... delimiter) throws IOException {
        return read(Framing.delimited(delimiter));
    }

    public final int available() {
        return buffers.in.available();
    }

    /// Passes on all input, as it arrives and until its end, without a buffer of its own.
    ///
    /// @return how many bytes
    final long transferTo(Output output) throws IOException {
        long count = 0;
        while (buffers.in.available() > 0 || fill()) {
            count += buffers.in.available();
            output.write(buffers.in.takeAll());
        }
        return count;
    }
}
