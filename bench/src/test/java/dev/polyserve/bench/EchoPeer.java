package dev.polyserve.bench;

import dev.polyserve.Server;
import dev.polyserve.bench.service.EchoHandler;
import java.io.IOException;

/// An echo peer in a process of its own; its second argument selects its behaviour.
final class EchoPeer {
    private EchoPeer() {}

    static void main(String[] arguments) throws Exception {
        String behaviour = arguments.length > 1 ? arguments[1] : "well";
        try (Server server = Server.at("tcp://127.0.0.1:" + arguments[0]).handle(connection -> {
            switch (behaviour) {
                case "well" -> new EchoHandler().handle(connection);
                case "dies" -> {
                    connection.readExactly(10);
                    Runtime.getRuntime().halt(3);
                }
                case "changes" -> {
                    byte[] bytes = connection.readExactly(64);
                    bytes[5] ^= 1;
                    connection.write(bytes);
                    new EchoHandler().handle(connection);
                }
                default -> throw new IOException("no behaviour " + behaviour);
            }
        }).start()) {
            server.await();
        }
    }
}
