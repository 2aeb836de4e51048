package dev.polyserve.conversation;

import dev.polyserve.Codec;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.IncompleteFrameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import org.jspecify.annotations.Nullable;

/// The reading side of a handler's connection: every kind of read, on top of one buffer and one wait for more.
///
/// **Thread**: the owner.
final class HandlerInput {
    private final HandlerConversation conversation;
    private final InputBuffer in;

    /// @param in the buffer that the conversation fills
    HandlerInput(HandlerConversation conversation, InputBuffer in) {
        this.conversation = conversation;
        this.in = in;
    }

    int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (in.available() == 0 && !conversation.fill()) {
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
        if (in.available() == 0 && !conversation.fill()) {
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
        if (in.available() == 0 && !conversation.fill()) {
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
            if (!conversation.fill()) {
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
            if (!conversation.fill()) {
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
            if (!conversation.fill()) {
                throw new IncompleteFrameException(in.take(in.available()));
            }
        }
        return in.take(length);
    }
}
