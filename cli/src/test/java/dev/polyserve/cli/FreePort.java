package dev.polyserve.cli;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// A port for a program that is started a moment later.
///
/// It is none of those that the system gives to clients (`net.ipv4.ip_local_port_range`, ip(7)), of which the tests that run
/// meanwhile take thousands.
///
/// **Thread**: any.
public final class FreePort {
    private static final int FIRST = 20_000;
    /// The first port that Linux gives to clients.
    private static final int FIRST_OF_CLIENTS = 32_768;
    private static final int MOST_ATTEMPTS = 100;

    private FreePort() {}

    /// A port of the loopback address that is free for connections and for datagrams.
    public static int find() throws IOException {
        for (int i = 1;; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, FIRST_OF_CLIENTS);
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    var _ = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException e) {
                if (i == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
