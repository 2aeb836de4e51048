package dev.polyserve.examples;

import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Sender;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Lets an operator at the terminal talk with all clients: their lines appear with a number, and `3 hello` answers
/// client 3.
///
/// Handlers do not read the terminal, so no thread waits for the operator. A typed line goes to the [Sender] of the
/// client that it names.
public final class OperatorConsole {
    private final Map<Long, Sender> clients = new ConcurrentHashMap<>();
    private final Consumer<String> screen;

    /// @param screen shows a line to the operator
    public OperatorConsole(Consumer<String> screen) {
        this.screen = screen;
    }

    /// Starts the server.
    public Server start(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model).handle(this::serve).start();
    }

    private void serve(Connection client) throws IOException {
        long number = client.info().id();
        clients.put(number, client.sender());
        try {
            for (String line; (line = client.readLine()) != null && !line.equals("exit");) {
                screen.accept(number + ": " + line);
            }
        } finally {
            clients.remove(number);
            screen.accept(number + " has left");
        }
    }

    /// Sends a line that the operator typed.
    public void typed(String line) {
        String[] words = line.split(" ", 2);
        Sender client = words[0].matches("\\d{1,18}") ? clients.get(Long.parseLong(words[0])) : null;
        if (words.length < 2 || client == null) {
            screen.accept("write a client's number and the answer, as in: 1 hello");
        } else if (!client.offer(words[1] + "\n")) {
            screen.accept(words[0] + " is gone or does not read");
        }
    }

    static void main() throws Exception {
        OperatorConsole operator = new OperatorConsole(IO::println);
        try (Server server = operator.start("tcp://127.0.0.1:8888", Model.virtual())) {
            IO.println("operator at " + server.endpoints());
            for (String line; (line = IO.readln()) != null;) {
                operator.typed(line);
            }
        }
    }
}
