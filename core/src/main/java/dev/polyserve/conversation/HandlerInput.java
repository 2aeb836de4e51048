package dev.polyserve.conversation;

import dev.polyserve.Codec;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.IncompleteFrameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import org.jspecify.annotations.Nullable;

/// The reading half of a handler's connection: every kind of read, on top of one buffer and one wait for more. A wait
/// flushes the output first, so that the peer has what it may be waiting for.
///
/// **Thread**: the owner.
final class HandlerInput {
    private final LimitedWire wire;
    private final InputBuffer in;
    private final HandlerOutput output;
    private final HandlerBorder border;
    private long readTimeoutNanos = ServerContext.FOREVER_NANOS;

    /// @param in the buffer that the wire fills
    HandlerInput(LimitedWire wire, InputBuffer in, HandlerOutput output, HandlerBorder border) {
        this.wire = wire;
        this.in = in;
        this.output = output;
        this.border = border;
    }

    /// Sets how long each wait may take, besides the server's limits.
    void readTimeout(long atMostNanos) {
        readTimeoutNanos = atMostNanos;
    }

    /// Waits for more input.
    ///
    /// @return false at its end
    private boolean fill() throws IOException {
        boolean entered = border.enterLibrary();
        try {
            return !in.ended() && fillNow();
        } finally {
            border.leaveIf(entered);
        }
    }

    private boolean fillNow() throws IOException {
        wire.throwIfOver();
        output.flush();
        in.reclaim();
        boolean more = wire.read(readTimeoutNanos);
        if (!more) {
            in.end();
        }
        return more;
    }

    int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (in.available() == 0 && !fill()) {
            return -1;
        }
        int count = Math.min(length, in.available());
        in.read(into, offset, count);
        return count;
    }

    int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (in.available() == 0 && !fill()) {
            return -1;
        }
        int count = Math.min(into.remaining(), in.available());
        if (into.hasArray()) {
            in.read(into.array(), into.arrayOffset() + into.position(), count);
            into.position(into.position() + count);
        } else {
            into.put(in.take(count));
        }
        return count;
    }

    int readByte() throws IOException {
        if (in.available() == 0 && !fill()) {
            return -1;
        }
        int value = in.peek(0);
        in.skip(1);
        return value;
    }

    <T> @Nullable T read(Codec<T> codec) throws IOException {
        while (true) {
            if (in.available() > 0 || in.ended()) {
                T message = codec.decode(in);
                if (message != null) {
                    return message;
                }
            }
            if (!fill()) {
                T last = codec.decode(in);
                if (last == null && in.available() > 0) {
                    throw new IncompleteFrameException(in.take(in.available()));
                }
                return last;
            }
        }
    }

    @Nullable String readText() throws IOException {
        while (in.wholeCharactersBytes() == 0) {
            if (!fill()) {
                if (in.available() > 0) {
                    throw new MalformedInputException(in.available());
                }
                return null;
            }
        }
        return in.takeUtf8(in.wholeCharactersBytes());
    }

    /// @param mostBytes the most that can be read at once, because it is buffered
    byte[] readExactly(int length, int mostBytes) throws IOException {
        if (length > mostBytes) {
            throw new FrameTooLongException(mostBytes);
        }
        while (in.available() < length) {
            if (!fill()) {
                throw new IncompleteFrameException(in.take(in.available()));
            }
        }
        return in.take(length);
    }
}
