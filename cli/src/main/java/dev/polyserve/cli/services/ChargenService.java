package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/// Sends lines of 72 characters, each shifted by one character, until the client closes the connection (RFC 864).
final class ChargenService implements Protocol {
    private static final int FIRST = ' ';
    private static final int CHARACTERS = '~' - FIRST + 1;
    private static final int LINE_LENGTH = 72;
    private static final int MOST_IN_A_DATAGRAM = 512;
    /// All lines, after which the pattern repeats.
    private static final byte[] PATTERN = pattern();

    private final int highWaterBytes;

    ChargenService(int highWaterBytes) {
        this.highWaterBytes = highWaterBytes;
    }

    @Override
    public void opened(Output output) throws IOException {
        fill(output);
    }

    @Override
    public void drained(Output output) throws IOException {
        fill(output);
    }

    @Override
    public void received(Input input, Output output) {
        input.skip(input.available());
    }

    /// A half-close by the client does not end the output, which goes on until the client closes the connection.
    @Override
    public void ended(Output output) {}

    /// A random number of characters, up to 512, as the RFC says.
    static void reply(Datagram request, DatagramReply reply) {
        reply.writeEmpty();
        reply.write(ByteBuffer.wrap(PATTERN, 0, ThreadLocalRandom.current().nextInt(MOST_IN_A_DATAGRAM + 1)));
    }

    /// Writes beyond the high-water mark: otherwise there is no event when the buffer has room again.
    private void fill(Output output) throws IOException {
        while (output.pendingBytes() <= highWaterBytes) {
            output.write(PATTERN);
        }
    }

    private static byte[] pattern() {
        byte[] lines = new byte[CHARACTERS * (LINE_LENGTH + 2)];
        int at = 0;
        for (int line = 0; line < CHARACTERS; line++) {
            for (int column = 0; column < LINE_LENGTH; column++) {
                lines[at++] = (byte) (FIRST + (line + column) % CHARACTERS);
            }
            lines[at++] = '\r';
            lines[at++] = '\n';
        }
        return lines;
    }
}
