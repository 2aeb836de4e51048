package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A large number of clients, in a process of their own, because they need as many descriptors as the server.
///
/// The arguments of the process are a port and the number of clients. It prints `connected` when all are connected. For
/// each line of standard input, each client sends its number and receives it back; then it prints `conversed`. It exits
/// at the end of input.
///
/// **Thread**: the test's.
final class ManyClients implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;

    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    private ManyClients(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
    }

    /// Connects the given number of clients.
    static ManyClients connected(ServerProcess server, int count) throws Exception {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", Settings.origin(ManyClients.class),
                ManyClients.class.getName(), Integer.toString(server.address().getPort()), Integer.toString(count));
        var clients = new ManyClients(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
        try {
            clients.requireAnswer("connected");
            return clients;
        } catch (Exception | Error e) {
            clients.close();
            throw e;
        }
    }

    /// Requires that each client receives its own bytes.
    void converse() throws Exception {
        commands.write("converse\n");
        commands.flush();
        requireAnswer("conversed");
    }

    private void requireAnswer(String expected) throws Exception {
        String answer = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(answers.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException("the process of the clients does not answer", e);
            }
        }).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        assertThat(answer).isEqualTo(expected);
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    // --- in its process ---

    static void main(String[] arguments) throws IOException {
        var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            clients.add(SocketChannel.open(server));
        }
        IO.println("connected");
        while (IO.readln() != null) {
            converse(clients);
            IO.println("conversed");
        }
        System.exit(0);
    }

    private static void converse(List<SocketChannel> clients) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).write(number.clear().putInt(i).flip());
        }
        for (int i = 0; i < clients.size(); i++) {
            number.clear();
            while (number.hasRemaining()) {
                if (clients.get(i).read(number) < 0) {
                    throw new IOException("client " + i + " was disconnected");
                }
            }
            if (number.getInt(0) != i) {
                throw new IOException("client " + i + " received the bytes of client " + number.getInt(0));
            }
        }
    }
}
