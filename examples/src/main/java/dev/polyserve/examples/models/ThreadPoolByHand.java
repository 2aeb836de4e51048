package dev.polyserve.examples.models;

import module java.base;

/// The model `thread-pool` by hand: four threads serve all clients, a bounded queue holds those that wait for a thread,
/// and a future per client calls back when its conversation is over.
///
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class ThreadPoolByHand {
    private static final int THREADS = 4;
    private static final int QUEUE = 100;

    static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        try (ServerSocket listener = new ServerSocket(port, 128, InetAddress.getLoopbackAddress());
                ExecutorService pool = new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE))) {
            System.out.println(listener.getLocalPort());
            while (true) {
                submit(pool, listener.accept());
            }
        }
    }

    private static void submit(ExecutorService pool, Socket client) throws IOException {
        SocketAddress address = client.getRemoteSocketAddress();
        try {
            var _ = CompletableFuture.supplyAsync(() -> serve(client), pool).whenComplete((bytes, error) -> System.err
                    .println(address + (error == null ? " is done after " + bytes + " bytes" : " failed: " + error)));
        } catch (RejectedExecutionException e) {
            System.err.println(address + " is rejected: " + THREADS + " clients are served, " + QUEUE + " wait");
            client.close();
        }
    }

    private static long serve(Socket client) {
        try (client) {
            InputStream input = client.getInputStream();
            byte[] buffer = new byte[4096];
            long bytes = 0;
            for (int count; (count = input.read(buffer)) >= 0; bytes += count) { // keeps its thread while it waits
                client.getOutputStream().write(buffer, 0, count);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
