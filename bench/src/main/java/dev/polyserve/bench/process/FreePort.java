package dev.polyserve.bench.process;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Finds a port without a listener on any address of this machine, for a program that is told its port.
///
/// **Thread**: any.
public final class FreePort {
    /// Below the usual range of ephemeral ports, so that no client, least of all the load generator's, takes the port
    /// meanwhile.
    private static final int FIRST_PORT = 15_000;
    private static final int LAST_PORT = 32_000;
    private static final int TRIES = 200;

    private FreePort() {}

    /// A port that is free now for TCP.
    public static int tcp() throws IOException {
        return find(FreePort::bindTcp);
    }

    /// A port that is free now for UDP.
    public static int udp() throws IOException {
        return find(FreePort::bindUdp);
    }

    /// Binds a port on all addresses.
    private interface PortBinding {
        void bind(int port) throws IOException;
    }

    private static int find(PortBinding binding) throws IOException {
        IOException last = new IOException("no port was tried");
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try {
                binding.bind(port);
                return port;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static void bindTcp(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(port));
        }
    }

    private static void bindUdp(int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(new InetSocketAddress(port));
        }
    }
}
