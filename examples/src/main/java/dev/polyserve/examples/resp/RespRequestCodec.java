package dev.polyserve.examples.resp;

import dev.polyserve.Codec;
import dev.polyserve.Input;
import dev.polyserve.Output;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Decodes RESP requests: an array of strings (`*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`) or a line of words (`ECHO hi`).
///
/// The codec returns the same object for every request, so each connection needs a codec of its own; [#shared] has none
/// of that, and allocates a request for each message. Invalid input is
/// returned as a request with a [RespRequest#violation], so that the client receives an error before the connection
/// ends.
///
/// See <https://redis.io/docs/latest/develop/reference/protocol-spec/>.
final class RespRequestCodec implements Codec<RespRequest> {
    /// The maximum size of a request in bytes, including the lengths.
    static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_LINE_BYTES = 64 << 10;
    private static final int MOST_DIGITS = 7;
    private static final int MORE = -1;
    private static final int NO_NUMBER = -2;
    private static final String BAD_COUNT = "invalid multibulk length";
    private static final String BAD_LENGTH = "invalid bulk length";

    private static final Codec<RespRequest> SHARED = new Codec<>() {
        @Override
        public @Nullable RespRequest decode(Input input) {
            return new RespRequestCodec().decode(input);
        }

        @Override
        public void encode(RespRequest message, Output output) throws IOException {
            new RespRequestCodec().encode(message, output);
        }
    };

    private final RespRequest request = new RespRequest();
    /// The position in the input.
    private int at;

    /// The codec for any number of connections.
    static Codec<RespRequest> shared() {
        return SHARED;
    }

    @Override
    public @Nullable RespRequest decode(Input input) {
        if (input.available() == 0) {
            return null;
        }
        request.clear();
        at = 0;
        boolean whole = input.peek(0) == '*' ? array(input) : line(input);
        if (!whole) {
            return null;
        }
        if (request.violation().isEmpty()) {
            request.take(input, at);
        } else {
            input.skip(input.available());
        }
        return request;
    }

    /// Decodes one request.
    ///
    /// @return whether the request is complete or invalid
    private boolean array(Input input) {
        at = 1;
        int count = number(input);
        if (count == MORE) {
            return false;
        }
        if (count == NO_NUMBER || count > RespRequest.MOST_WORDS) {
            return wrong(BAD_COUNT);
        }
        for (int i = 0; i < count && request.violation().isEmpty(); i++) {
            if (!string(input)) {
                return false;
            }
        }
        return true;
    }

    /// Decodes one request.
    ///
    /// @return whether the request is complete or invalid
    private boolean string(Input input) {
        int available = input.available();
        if (at == available) {
            return false;
        }
        if (input.peek(at) != '$') {
            return wrong("expected '$', got '" + printable(input.peek(at)) + "'");
        }
        at++;
        int length = number(input);
        if (length == MORE) {
            return false;
        }
        if (length == NO_NUMBER || length > MOST_BYTES - at) {
            return wrong(BAD_LENGTH);
        }
        int end = at + length;
        if (available < end + 2) {
            return false;
        }
        if (input.peek(end) != '\r' || input.peek(end + 1) != '\n') {
            return wrong(BAD_LENGTH);
        }
        request.add(at, length);
        at = end + 2;
        return true;
    }

    /// Reads a number up to the end of the line.
    private int number(Input input) {
        int available = input.available();
        int first = at;
        int value = 0;
        while (at < available) {
            int digit = input.peek(at) - '0';
            if (digit < 0 || digit > 9) {
                return endOfNumber(input, first, value);
            }
            if (at - first == MOST_DIGITS) {
                return NO_NUMBER;
            }
            value = 10 * value + digit;
            at++;
        }
        return MORE;
    }

    private int endOfNumber(Input input, int first, int value) {
        if (at == first || input.peek(at) != '\r') {
            return NO_NUMBER;
        }
        if (at + 1 == input.available()) {
            return MORE;
        }
        int next = input.peek(at + 1);
        at += 2;
        return next == '\n' ? value : NO_NUMBER;
    }

    /// Decodes one request.
    ///
    /// @return whether the request is complete or invalid
    private boolean line(Input input) {
        int end = input.indexOf((byte) '\n', 0);
        if ((end < 0 ? input.available() : end) > LONGEST_LINE_BYTES) {
            return wrong("too big inline request");
        }
        int word = 0;
        for (int i = 0; i <= end; i++) {
            if (input.peek(i) <= ' ') {
                if (i > word) {
                    request.add(word, i - word);
                }
                word = i + 1;
            }
        }
        at = end + 1;
        return request.words() > RespRequest.MOST_WORDS ? wrong("too many words in an inline request") : end >= 0;
    }

    private boolean wrong(String how) {
        request.violates(how);
        return true;
    }

    private static char printable(int value) {
        return value > ' ' && value < 0x7f ? (char) value : '?';
    }

    @Override
    public void encode(RespRequest message, Output output) throws IOException {
        output.print("*" + message.words() + "\r\n");
        for (int i = 0; i < message.words(); i++) {
            output.print("$" + message.length(i) + "\r\n");
            output.write(message.bytes(), message.start(i), message.length(i));
            output.print("\r\n");
        }
    }
}
