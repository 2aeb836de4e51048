package dev.polyserve.examples;

import dev.polyserve.Codec;
import dev.polyserve.Framing;
import dev.polyserve.Model;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Returns each text in reverse, in messages with a length prefix of four bytes. One codec serves both styles.
public final class Reverse {
    /// The messages of this protocol, at most 1 MiB each.
    public static final Codec<String> MESSAGES = Framing.lengthPrefixed(4, ByteOrder.BIG_ENDIAN, 1 << 20)
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8), text -> text.getBytes(StandardCharsets.UTF_8));

    private Reverse() {}

    /// Starts the server as a handler, which reads and waits for input.
    public static Server startHandler(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model).handle(client -> {
            for (String text; (text = client.read(MESSAGES)) != null;) {
                client.write(MESSAGES, reversed(text));
            }
        }).start();
    }

    /// Starts the server as a protocol, which is called with each message.
    public static Server startProtocol(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model)
                .protocol(() -> Protocol.framed(MESSAGES, (text, output) -> output.write(MESSAGES, reversed(text))))
                .start();
    }

    private static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    static void main() throws Exception {
        try (Server server = startProtocol("tcp://127.0.0.1:8888", Model.nio())) {
            server.await();
        }
    }
}
