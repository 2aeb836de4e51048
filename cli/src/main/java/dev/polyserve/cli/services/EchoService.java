package dev.polyserve.cli.services;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;

/// Returns every byte (RFC 862).
final class EchoService implements Protocol {
    @Override
    public void received(Input input, Output output) throws IOException {
        output.write(input.takeAll());
    }

    /// The same for a datagram, also for an empty one.
    static void reply(Datagram request, DatagramReply reply) {
        reply.writeEmpty();
        reply.write(request.payload());
    }
}
