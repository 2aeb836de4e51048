package dev.polyserve.examples.resp;

import dev.polyserve.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Writes the replies of RESP.
///
/// **Thread**: its connection's turn.
final class RespReplyWriter {
    private static final byte[] OK = bytes("+OK\r\n");
    private static final byte[] PONG = bytes("+PONG\r\n");
    private static final byte[] NONE = bytes("$-1\r\n");
    private static final int LONGEST_HEAD = 24;
    private static final int LONGEST_ERROR = 200;

    /// Builds a type byte, a number and a line end, from back to front.
    private final byte[] head = new byte[LONGEST_HEAD];

    RespReplyWriter() {
        head[LONGEST_HEAD - 2] = '\r';
        head[LONGEST_HEAD - 1] = '\n';
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void ok(Output output) throws IOException {
        output.write(OK);
    }

    void pong(Output output) throws IOException {
        output.write(PONG);
    }

    void none(Output output) throws IOException {
        output.write(NONE);
    }

    void number(Output output, long value) throws IOException {
        head(output, ':', value);
    }

    void array(Output output, int length) throws IOException {
        head(output, '*', length);
    }

    void string(Output output, byte[] value) throws IOException {
        string(output, value, 0, value.length);
    }

    void string(Output output, byte[] bytes, int offset, int length) throws IOException {
        head(output, '$', length);
        output.write(bytes, offset, length);
        output.write(head, LONGEST_HEAD - 2, 2);
    }

    /// Writes an error; line ends in the text are replaced, and a long text is truncated.
    void error(Output output, String text) throws IOException {
        StringBuilder line = new StringBuilder(text);
        line.setLength(Math.min(line.length(), LONGEST_ERROR));
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ') {
                line.setCharAt(i, ' ');
            }
        }
        output.print("-" + line + "\r\n");
    }

    private void head(Output output, char kind, long value) throws IOException {
        int at = LONGEST_HEAD - 2;
        // Digits are taken from the negative number, because Long.MIN_VALUE has no positive counterpart.
        long left = value < 0 ? value : -value;
        do {
            at--;
            head[at] = (byte) ('0' - left % 10);
            left /= 10;
        } while (left != 0);
        if (value < 0) {
            at--;
            head[at] = '-';
        }
        at--;
        head[at] = (byte) kind;
        output.write(head, at, LONGEST_HEAD - at);
    }
}
