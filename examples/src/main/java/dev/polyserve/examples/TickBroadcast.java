package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Sender;
import dev.polyserve.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Sends a tick number to all clients at regular intervals, with a periodic action of the server.
///
/// The action runs on a thread of its own, not on the one that accepts, so its period does not depend on the clients.
public final class TickBroadcast {
    private TickBroadcast() {}

    /// Starts the server.
    public static Server start(String endpoint, Model model, Duration every) throws IOException {
        Set<Sender> listening = ConcurrentHashMap.newKeySet();
        AtomicLong tick = new AtomicLong();
        return Server.at(endpoint).model(model)
                .every(every, () -> {
                    String line = "tick " + tick.incrementAndGet() + "\n";
                    listening.removeIf(client -> !client.isOpen());
                    // A client that does not read misses ticks: a refused offer is the right result for it.
                    listening.forEach(client -> client.offer(line));
                })
                .handle(client -> {
                    listening.add(client.sender());
                    while (client.readLine() != null) {
                        client.writeLine("this server only sends ticks");
                    }
                })
                .start();
    }

    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", Model.virtual(), Duration.ofSeconds(1))) {
            server.await();
        }
    }
}
