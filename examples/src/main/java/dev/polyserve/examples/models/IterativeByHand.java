package dev.polyserve.examples.models;

import module java.base;

/// The model `iterative` by hand: one thread accepts a client, serves it until it has left, and accepts the next one.
///
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class IterativeByHand {
    static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        try (ServerSocket listener = new ServerSocket(port, 128, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            while (true) {
                serve(listener.accept()); // meanwhile other clients wait in the backlog
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            InputStream input = client.getInputStream();
            byte[] buffer = new byte[4096];
            for (int count; (count = input.read(buffer)) >= 0;) {
                client.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException e) {
            System.err.println("lost " + client.getRemoteSocketAddress() + ": " + e.getMessage());
        }
    }
}
