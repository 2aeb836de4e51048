package dev.polyserve.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The clients of a training: some that send request after request, then many with one request each.
final class AotTrainingLoad {
    private static final int CLIENTS = 20;
    /// Clients with one request for each request of the others: of 1,000, more than the 5,000 calls after which the second
    /// compiler takes a method.
    private static final int CONNECTIONS_PER_REQUEST = 6;
    private static final int REQUEST_BYTES = 64;
    private static final int REQUESTS_PER_SCRAPE = 20;

    private AotTrainingLoad() {}

    /// Loads a server that echoes, on this port of the loopback interface.
    static void run(int port, int requestsEach) throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(connect(port));
            }
            for (int i = 0; i < requestsEach; i++) {
                exchange(clients);
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
        for (int i = 0; i < CONNECTIONS_PER_REQUEST * requestsEach; i++) {
            try (Socket client = connect(port)) {
                exchange(List.of(client));
            }
        }
    }

    /// Reads the metrics and the status of a server again and again while it has clients.
    ///
    /// @param admin the port of its admin endpoint
    static void scrape(int port, int admin, int requestsEach) throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(connect(port));
            }
            for (int i = 0; i < Math.max(1, requestsEach / REQUESTS_PER_SCRAPE); i++) {
                exchange(clients);
                get(admin, "/metrics");
                get(admin, "/status");
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static void get(int port, String path) throws IOException {
        try (Socket client = connect(port)) {
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            if (client.getInputStream().readAllBytes().length == 0) {
                throw new IOException("the server does not answer " + path);
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void exchange(List<Socket> clients) throws IOException {
        byte[] bytes = new byte[REQUEST_BYTES];
        for (Socket client : clients) {
            client.getOutputStream().write(bytes);
        }
        for (Socket client : clients) {
            if (client.getInputStream().readNBytes(bytes, 0, bytes.length) < bytes.length) {
                throw new IOException("the server has closed a connection");
            }
        }
    }
}
