package dev.polyserve.examples.models;

import module java.base;

/// The model `virtual` by hand: one thread accepts, and each client gets a virtual thread, the coroutine of the JDK.
///
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class VirtualByHand {
    static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        try (ServerSocket listener = new ServerSocket(port, 128, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            InputStream input = client.getInputStream();
            byte[] buffer = new byte[4096];
            for (int count; (count = input.read(buffer)) >= 0;) { // the virtual thread leaves its carrier here
                client.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException e) {
            System.err.println("lost " + client.getRemoteSocketAddress() + ": " + e.getMessage());
        }
    }
}
