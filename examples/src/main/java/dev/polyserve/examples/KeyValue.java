package dev.polyserve.examples;

import dev.polyserve.Codec;
import dev.polyserve.Framing;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A key-value store with one command per line: `set key value`, `get key`, `del key`, `quit`.
///
/// The replies to pipelined commands go out in one write.
public final class KeyValue {
    private static final Codec<String> LINES = Framing.lines(64 << 10);

    private final Map<String, String> values = new ConcurrentHashMap<>();

    /// Starts a server with an empty store.
    public static Server start(String endpoint, Model model) throws IOException {
        KeyValue store = new KeyValue();
        return Server.at(endpoint).model(model).protocol(() -> Protocol.framed(LINES, store::command)).start();
    }

    private void command(String line, Output output) throws IOException {
        String[] words = line.split(" ", 3);
        String reply = switch (words[0] + "/" + (words.length - 1)) {
            case "set/2" -> {
                values.put(words[1], words[2]);
                yield "ok";
            }
            case "get/1" -> {
                String value = values.get(words[1]);
                yield value == null ? "none" : "value " + value;
            }
            case "del/1" -> values.remove(words[1]) == null ? "none" : "ok";
            case "quit/0" -> "bye";
            default -> "error: set key value, get key, del key or quit";
        };
        output.write(LINES, reply);
        if (reply.equals("bye")) {
            output.close();
        }
    }

    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", Model.nio())) {
            server.await();
        }
    }
}
