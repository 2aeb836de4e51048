package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramReply;
import dev.polyserve.Handler;
import dev.polyserve.ServerBuilder;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.cli.text.AsyncLineWriter;
import dev.polyserve.text.PrintableText;
import java.nio.charset.StandardCharsets;

/// Prints each line of input as `[peer] line`; sends nothing.
///
/// It is a [Handler], not a [dev.polyserve.Protocol], because it must block when standard output does: only then does back-pressure
/// reach the client, and no line is lost.
final class PrintService implements Handler {
    private static final Codec<String> LINES = RawLineCodec.printable();

    private final AsyncLineWriter out;

    PrintService(AsyncLineWriter out) {
        this.out = out;
    }

    /// Configures a server to print connections and datagrams.
    void into(ServerBuilder builder) {
        builder.handle(this).datagrams(this::datagram);
    }

    @Override
    public void handle(Connection connection) throws Exception {
        String mark = "[" + PrintableAddress.shown(connection.info().peer()) + "] ";
        for (String line; (line = connection.read(LINES)) != null;) {
            out.put(mark + line);
        }
    }

    /// A datagram handler must not block: lines that standard output has no room for are dropped and counted.
    private void datagram(Datagram request, DatagramReply reply) {
        String mark = "[" + PrintableAddress.shown(request.peer()) + "] ";
        byte[] payload = new byte[request.payload().remaining()];
        request.payload().get(payload);
        new String(payload, StandardCharsets.UTF_8).lines().forEach(line -> out.offer(mark + PrintableText.of(line)));
    }
}
