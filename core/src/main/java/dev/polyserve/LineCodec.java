package dev.polyserve;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Lines of UTF-8.
///
/// @param ending written after each line
/// @param maxBytes the longest line without its ending; 0: the server's frame limit
record LineCodec(String ending, int maxBytes) implements Codec<String> {

    @Override
    public @Nullable String decode(Input input) throws IOException {
        int most = maxBytes > 0 ? maxBytes : input.maxFrameBytes();
        int feed = input.indexOf((byte) '\n', 0);
        if (feed < 0) {
            return withoutEnding(input, most);
        }
        boolean carriageReturn = feed > 0 && input.peek(feed - 1) == '\r';
        int length = carriageReturn ? feed - 1 : feed;
        if (length > most) {
            throw new FrameTooLongException(most);
        }
        String line = input.takeUtf8(length);
        input.skip(feed + 1 - length);
        return line;
    }

    @Override
    public void encode(String line, Output output) throws IOException {
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a line cannot contain a line feed");
        }
        output.write(Framing.utf8(line + ending));
    }

    private static @Nullable String withoutEnding(Input input, int most) throws IOException {
        int available = input.available();
        // The extra byte may be the carriage return of the ending.
        if (available - 1 > most || (available > most && input.ended())) {
            throw new FrameTooLongException(most);
        }
        return input.ended() && available > 0 ? input.takeUtf8(available) : null;
    }
}
