package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/// Sends lines of 72 characters, each beginning one character later, until the client closes (RFC 864).
final class Chargen implements Protocol {
    private static final int FIRST = ' ';
    private static final int CHARACTERS = '~' - FIRST + 1;
    private static final int LINE_LENGTH = 72;
    private static final int MOST_IN_A_DATAGRAM = 512;
    /// After so many lines the pattern begins again, so this is all there is to send.
    private static final byte[] PATTERN = pattern();

    private final int highWaterBytes;

    Chargen(int highWaterBytes) {
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

    /// The end of the client's output is not the end of ours: it goes on until the client closes.
    @Override
    public void ended(Output output) {}

    /// So many characters as chance will, as the RFC says, up to 512.
    static void reply(Datagram request, DatagramReply reply) {
        reply.writeEmpty();
        reply.write(ByteBuffer.wrap(PATTERN, 0, ThreadLocalRandom.current().nextInt(MOST_IN_A_DATAGRAM + 1)));
    }

    /// Above the high-water mark: only then are we told when there is room again.
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
