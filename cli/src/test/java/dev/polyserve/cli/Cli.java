package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs the program within this process.
@SuppressWarnings("SystemOut")
final class Cli implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    final LineSink out = new LineSink();
    final LineSink err = new LineSink();
    private final OutputStream typed;
    private final FutureTask<Integer> status;
    private final Thread thread;
    private final List<String> arguments;

    private Cli(List<String> arguments) throws IOException {
        this.arguments = arguments;
        Pipe pipe = Pipe.open();
        typed = Channels.newOutputStream(pipe.sink());
        InputStream in = Channels.newInputStream(pipe.source());
        Callable<Integer> run = () -> Main.run(arguments.toArray(String[]::new), in, out.stream(), err.stream());
        status = new FutureTask<>(run);
        thread = new Thread(status, "cli");
        thread.start();
    }

    /// Runs a command to its end with this input.
    static Finished run(byte[] input, String... arguments) {
        LineSink out = new LineSink();
        LineSink err = new LineSink();
        int status = Main.run(arguments, new ByteArrayInputStream(input), out.stream(), err.stream());
        return new Finished(status, out.bytes(), err.text());
    }

    static Finished run(String... arguments) {
        return run(new byte[0], arguments);
    }

    /// The result of a run.
    static final class Finished {
        private final int status;
        private final byte[] bytes;
        private final String err;

        private Finished(int status, byte[] bytes, String err) {
            this.status = status;
            this.bytes = bytes;
            this.err = err;
        }

        static Finished of(int status, byte[] bytes, String err) {
            return new Finished(status, bytes, err);
        }

        int status() {
            return status;
        }

        byte[] bytes() {
            return bytes;
        }

        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        String err() {
            return err;
        }
    }

    /// Starts a command that keeps running.
    static Cli start(String... arguments) throws IOException {
        return new Cli(List.of(arguments));
    }

    /// Starts a server on a free loopback port, and waits until it is ready.
    static Cli serve(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("serve"));
        all.addAll(List.of(arguments));
        if (!all.contains("--listen") && !all.contains("--config")) {
            all.addAll(List.of("--listen", "tcp://127.0.0.1:0"));
        }
        Cli cli = new Cli(all);
        cli.out.awaitContaining("polyserve: serving ");
        return cli;
    }

    /// The port in the ready line.
    List<Endpoint> endpoints() throws InterruptedException {
        String line = out.awaitContaining("polyserve: serving ");
        String list = line.substring(line.indexOf(" on ") + 4, line.indexOf(" with "));
        return List.of(list.split(", ")).stream().map(Endpoint::parse).toList();
    }

    int port() throws InterruptedException {
        return switch (endpoints().getFirst()) {
            case Endpoint.Tcp tcp -> tcp.port();
            case Endpoint.Tls tls -> tls.port();
            case Endpoint.Udp udp -> udp.port();
            case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new AssertionError("no port");
        };
    }

    /// Sends these bytes and the end of input on a connection of its own, and returns everything that is sent back.
    byte[] exchange(byte[] sent) throws IOException, InterruptedException {
        try (Socket client = connect()) {
            Thread writer = Thread.startVirtualThread(() -> {
                try {
                    client.getOutputStream().write(sent);
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] received = client.getInputStream().readAllBytes();
            writer.join();
            return received;
        }
    }

    Socket connect() throws IOException, InterruptedException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        return socket;
    }

    void type(String text) throws IOException {
        typed.write(text.getBytes(StandardCharsets.UTF_8));
        typed.flush();
    }

    void endInput() throws IOException {
        typed.close();
    }

    int awaitStatus() throws Exception {
        try {
            return status.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // At once, since a program that does not end halts this process.
            System.err.println("the run " + arguments + " did not end; its threads:");
            Thread.getAllStackTraces().forEach((stuck, stack) -> System.err.println(stuck + " " + List.of(stack)));
            throw e;
        }
    }

    /// Ends the run as TERM does.
    int stop() throws Exception {
        thread.interrupt();
        return awaitStatus();
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        typed.close();
        try {
            awaitStatus();
        } catch (Exception e) {
            throw new AssertionError("the run did not end", e);
        }
    }
}
