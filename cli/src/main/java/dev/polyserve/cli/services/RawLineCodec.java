package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.text.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads lines as bytes, including their endings; the last line may have none. Any byte sequence is valid, UTF-8 or
/// not.
final class RawLineCodec implements Codec<byte[]> {
    private static final RawLineCodec WITH_ENDINGS = new RawLineCodec();

    private RawLineCodec() {}

    /// Lines without any change.
    static Codec<byte[]> exact() {
        return WITH_ENDINGS;
    }

    /// Lines as text for output: without endings, with U+FFFD for invalid UTF-8, and with escaped control characters.
    /// Only for reading.
    static Codec<String> printable() {
        return WITH_ENDINGS.map(line -> PrintableText.of(withoutEnding(line)),
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
