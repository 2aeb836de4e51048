package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;

/// Sends every byte back, ASCII letters in upper case: byte by byte, so that it does not matter how the network cut the text.
final class Upper implements Protocol {
    private static final int CASE_BIT = 'a' - 'A';

    @Override
    public void received(Input input, Output output) throws IOException {
        output.write(inUpperCase(input.take(input.available())));
    }

    /// The same for a datagram.
    static void reply(Datagram request, DatagramReply reply) {
        byte[] bytes = new byte[request.payload().remaining()];
        request.payload().get(bytes);
        reply.writeEmpty();
        reply.write(inUpperCase(bytes));
    }

    /// Changes the array itself. Bytes of other characters in UTF-8 are negative and stay.
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
