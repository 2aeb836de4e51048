package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.linux.UnixDatagramClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// Datagrams over a Unix socket, with a socket file of its own for the replies, which is removed at the end.
///
/// **Thread**: as for [ClientDatagramSocket].
final class UnixDatagramClientSocket implements ClientDatagramSocket {
    private final UnixDatagramClient client;
    private final Path directory;
    private final Path own;

    private UnixDatagramClientSocket(UnixDatagramClient client, Path directory, Path own) {
        this.client = client;
        this.directory = directory;
        this.own = own;
    }

    static UnixDatagramClientSocket to(Endpoint.UnixDatagram endpoint) throws IOException {
        // The directory is private to this user, so that only the server can reply.
        Path directory = Files.createTempDirectory("polyserve-connect");
        Path own = directory.resolve("replies");
        // Registered in reverse order of deletion, for the case that a signal ends the program.
        directory.toFile().deleteOnExit();
        own.toFile().deleteOnExit();
        try {
            return new UnixDatagramClientSocket(UnixDatagramClient.connect(endpoint.path(), own), directory, own);
        } catch (IOException | RuntimeException | Error e) {
            remove(directory, own);
            throw e;
        }
    }

    private static void remove(Path directory, Path own) throws IOException {
        Files.deleteIfExists(own);
        Files.deleteIfExists(directory);
    }

    @Override
    public void send(ByteBuffer datagram) throws IOException {
        client.send(datagram);
    }

    @Override
    public int receive(ByteBuffer into) throws IOException {
        return client.receive(into);
    }

    @Override
    public void close() throws IOException {
        try {
            client.close();
        } finally {
            remove(directory, own);
        }
    }
}
