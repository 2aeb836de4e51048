package dev.polyserve.cli.text;

import dev.polyserve.text.PrintableText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Prints UTF-8 from a peer on a terminal. Line feeds and tabs stay, other control characters are escaped
/// ([PrintableText]), invalid UTF-8 becomes U+FFFD, and CR LF becomes LF. A character split between two writes is
/// completed first.
///
/// **Thread**: one at a time.
public final class PrintableStream extends OutputStream {
    private static final int CHARS = 4096;

    private final OutputStream terminal;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final CharBuffer chars = CharBuffer.allocate(CHARS);
    /// The first bytes of an incomplete character, at most three.
    private byte[] incomplete = {};
    private boolean afterReturn;

    /// Creates a stream that writes to `terminal`.
    public PrintableStream(OutputStream terminal) {
        this.terminal = terminal;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[]{(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(incomplete.length + length).put(incomplete).put(bytes, offset, length)
                .flip();
        StringBuilder shown = new StringBuilder(length + 16);
        boolean more = true;
        while (more) {
            more = decoder.decode(in, chars, false).isOverflow();
            chars.flip();
            while (chars.hasRemaining()) {
                show(chars.get(), shown);
            }
            chars.clear();
        }
        incomplete = new byte[in.remaining()];
        in.get(incomplete);
        terminal.write(shown.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void show(char c, StringBuilder into) {
        if (c == '\n') {
            into.append(c);
        } else {
            if (afterReturn) {
                PrintableText.append(into, '\r');
            }
            if (c != '\r') {
                PrintableText.append(into, c);
            }
        }
        afterReturn = c == '\r';
    }

    @Override
    public void flush() throws IOException {
        terminal.flush();
    }
}
