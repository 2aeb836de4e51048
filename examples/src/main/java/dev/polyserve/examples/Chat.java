package dev.polyserve.examples;

import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Sender;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A chat room: sends the lines of each client to all others.
///
/// A client that does not read never delays the others. When its queue reaches the limit (`senderQueueBytes`), its
/// [Sender] refuses the message, and the server closes its connection.
public final class Chat {
    private final Set<Sender> room = ConcurrentHashMap.newKeySet();

    /// Starts a server with a new room.
    public static Server start(String endpoint, Model model) throws IOException {
        Chat chat = new Chat();
        return Server.at(endpoint).model(model).handle(chat::serve).start();
    }

    private void serve(Connection client) throws IOException {
        client.writeLine("what is your name?");
        String name = client.readLine();
        if (name == null) {
            return;
        }
        Sender self = client.sender();
        room.add(self);
        try {
            client.writeLine("hello " + name);
            say(self, name + " is here");
            for (String line; (line = client.readLine()) != null;) {
                say(self, name + ": " + line);
            }
        } finally {
            room.remove(self);
            say(self, name + " has left");
        }
    }

    private void say(Sender from, String line) {
        for (Sender member : room) {
            if (!member.equals(from) && !member.offer(line + "\n")) {
                member.close();
            }
        }
    }

    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", Model.virtual())) {
            server.await();
        }
    }
}
