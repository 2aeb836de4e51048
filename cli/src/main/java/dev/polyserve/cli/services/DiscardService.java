package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;

/// Discards all input (RFC 863).
final class DiscardService implements Protocol {
    @Override
    public void received(Input input, Output output) {
        input.skip(input.available());
    }

    static void datagram(Datagram request, DatagramReply reply) {
        // Without a write, no reply is sent.
    }
}
