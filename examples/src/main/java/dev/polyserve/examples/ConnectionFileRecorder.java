package dev.polyserve.examples;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Records each connection in a file of its own, with set-up, handle and finish as in a request handler of Python's
/// `socketserver`.
///
/// Each connection has its own instance, so the fields hold the state of one connection and need no lock.
public final class ConnectionFileRecorder implements Handler {
    private final Path directory;
    private int lines;

    private ConnectionFileRecorder(Path directory) {
        this.directory = directory;
    }

    /// Starts the server, which writes its records to the directory.
    public static Server start(String endpoint, Model model, Path directory) throws IOException {
        return Server.at(endpoint).model(model).handler(() -> new ConnectionFileRecorder(directory)).start();
    }

    @Override
    public void setUp(Connection client) throws IOException {
        Files.writeString(record(client), "begin\n");
    }

    @Override
    public void handle(Connection client) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            lines++;
            client.writeLine(lines + " " + line);
        }
    }

    /// Runs in any case, also after set-up or handle has thrown.
    @Override
    public void finish(Connection client) throws IOException {
        byte[] last = ("end after " + lines + " lines\n").getBytes(StandardCharsets.UTF_8);
        Files.write(record(client), last, StandardOpenOption.APPEND);
    }

    private Path record(Connection client) {
        return directory.resolve("connection-" + client.info().id());
    }

    /// Writes its records to a temporary directory.
    static void main() throws Exception {
        Path directory = Files.createTempDirectory("polyserve");
        try (Server server = start("tcp://127.0.0.1:8888", Model.virtual(), directory)) {
            IO.println("records go to " + directory);
            server.await();
        }
    }
}
