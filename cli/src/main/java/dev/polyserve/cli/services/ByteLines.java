package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.text.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Lines as bytes with their endings, the last one perhaps without: whatever a stranger sends is a line, in UTF-8 or not.
final class ByteLines implements Codec<byte[]> {
    private static final ByteLines WITH_ENDINGS = new ByteLines();

    private ByteLines() {}

    /// Lines as they are.
    static Codec<byte[]> exact() {
        return WITH_ENDINGS;
    }

    /// Lines as text to show: without endings, what is not UTF-8 as U+FFFD, control characters escaped. They are not for
    /// writing.
    static Codec<String> printable() {
        return WITH_ENDINGS.map(line -> Printable.of(withoutEnding(line)),
                text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /// The line without LF or CRLF.
    static byte[] withoutEnding(byte[] line) {
        int length = line.length;
        if (length > 0 && line[length - 1] == '\n') {
            length--;
            if (length > 0 && line[length - 1] == '\r') {
                length--;
            }
        }
        return java.util.Arrays.copyOf(line, length);
    }

    @Override
    public byte @Nullable [] decode(Input input) throws IOException {
        int feed = input.indexOf((byte) '\n', 0);
        int length = feed < 0 ? input.available() : feed + 1;
        if (length > input.maxFrameBytes() + "\r\n".length()) {
            throw new FrameTooLongException(input.maxFrameBytes());
        }
        boolean whole = feed >= 0 || (input.ended() && length > 0);
        return whole ? input.take(length) : null;
    }

    @Override
    public void encode(byte[] line, Output output) throws IOException {
        output.write(line);
    }
}
