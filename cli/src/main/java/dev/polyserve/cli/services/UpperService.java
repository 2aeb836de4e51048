package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;

/// Returns every byte with ASCII letters in upper case; works byte by byte, so that the boundaries of the reads do not
/// matter.
final class UpperService implements Protocol {
    private static final int CASE_BIT = 'a' - 'A';

    @Override
    public void received(Input input, Output output) throws IOException {
        output.write(inUpperCase(input.take(input.available())));
    }

    static void reply(Datagram request, DatagramReply reply) {
        byte[] bytes = new byte[request.payload().remaining()];
        request.payload().get(bytes);
        reply.writeEmpty();
        reply.write(inUpperCase(bytes));
    }

    /// Modifies the array. The bytes of multi-byte UTF-8 characters are negative and remain unchanged.
    private static byte[] inUpperCase(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            byte each = bytes[i];
            if (each >= 'a' && each <= 'z') {
                bytes[i] = (byte) (each - CASE_BIT);
            }
        }
        return bytes;
    }
}
