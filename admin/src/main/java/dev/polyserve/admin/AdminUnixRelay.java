package dev.polyserve.admin;

import dev.polyserve.io.SocketFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;

/// Relays the connections of the admin endpoint's Unix socket to its HTTP server, which knows TCP only. The HTTP server
/// listens on a port of loopback, and answers only the connections that come from the relay ([#isOwn]).
///
/// The socket is for its own user and root, by its mode and by the credentials of each peer.
///
/// **Thread**: any; each connection has two virtual threads.
final class AdminUnixRelay implements AutoCloseable {
    private static final int MOST = 64;
    private static final int BUFFER_BYTES = 8192;
    private static final long BACKOFF_MILLIS = 100;

    private final ServerSocketChannel listener;
    private final String owner;
    private final SocketFile file;
    /// The local ports of the connections to the HTTP server.
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private AdminUnixRelay(Path path, ServerSocketChannel listener) throws IOException {
        this.listener = listener;
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        this.owner = Files.getOwner(path).getName();
        this.file = SocketFile.made(path);
    }

    /// Binds the socket, in place of one that no process listens at any more.
    ///
    /// @throws IOException naming the path and what is wrong
    static AdminUnixRelay bind(Path path) throws IOException {
        removeStale(path);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(path));
            return new AdminUnixRelay(path, listener);
        } catch (IOException e) {
            listener.close();
            throw new IOException("cannot listen on unix:" + path + " for the admin endpoint: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            listener.close();
            throw e;
        }
    }

    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            throw new IOException("cannot listen on unix:" + path + " for the admin endpoint: there is a file that is"
                    + " no socket; take another path");
        }
        if (SocketFile.isLive(path)) {
            throw new IOException("cannot listen on unix:" + path
                    + " for the admin endpoint: another process listens there; take another path");
        }
        Files.deleteIfExists(path);
    }

    /// Begins to relay to the HTTP server at this port of loopback.
    void start(int port) {
        Thread.ofVirtual().name("polyserve-admin-unix").start(() -> accept(port));
    }

    /// Whether the connection from this port of loopback comes from here.
    boolean isOwn(InetSocketAddress peer) {
        return ports.contains(peer.getPort());
    }

    private void accept(int port) {
        while (listener.isOpen()) {
            try {
                SocketChannel client = listener.accept();
                if (open.size() < MOST && isOwnUserOrRoot(client)) {
                    open.add(client);
                    Thread.ofVirtual().start(() -> relay(client, port));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                pause(); // closed, or out of descriptors
            }
        }
    }

    private boolean isOwnUserOrRoot(SocketChannel client) throws IOException {
        String user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        return user.equals(owner) || user.equals("root");
    }

    private static void pause() {
        try {
            Thread.sleep(BACKOFF_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void relay(SocketChannel client, int port) {
        try (client; SocketChannel upstream = SocketChannel.open()) {
            upstream.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int own = ((InetSocketAddress) Objects.requireNonNull(upstream.getLocalAddress())).getPort();
            ports.add(own);
            try {
                upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                relay(client, upstream);
            } finally {
                ports.remove(own); // before it is closed: then another program may have the port
            }
        } catch (IOException e) {
            return; // one side has ended the connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void relay(SocketChannel client, SocketChannel upstream) throws IOException, InterruptedException {
        Thread requests = Thread.ofVirtual().start(() -> pump(client, upstream));
        pump(upstream, client);
        // What the HTTP server has ended is over; a request that is still on its way goes nowhere.
        client.close();
        requests.join();
    }

    private static void pump(SocketChannel from, SocketChannel to) {
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                bytes.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            return; // one side has ended the connection, so that the other one ends, too
        }
    }

    /// Closes the socket and its connections, and removes its file unless another process has replaced it.
    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel client : open) {
            client.close();
        }
        file.remove();
    }
}
