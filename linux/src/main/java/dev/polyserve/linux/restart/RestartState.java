package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an old program tells the new one, with the sockets beside it.
///
/// @param generation how many programs there were before the new one
/// @param older the numbers of the processes of those that may still live, the newest first
/// @param sockets where each socket is, in their order
record RestartState(int generation, List<Long> older, List<Slot> sockets) {
    /// The first line; the number counts what is said here in another way.
    private static final String GREETING = "polyserve restart 1";

    /// Where a socket is.
    ///
    /// @param asked the endpoint as the old program was told it
    /// @param real where it really is
    record Slot(Endpoint asked, Endpoint real) {
        /// The file of a Unix socket that has one.
        Optional<Path> file() {
            return switch (real) {
                case Endpoint.Unix unix -> Optional.of(unix.path());
                case Endpoint.UnixDatagram unix -> Optional.of(unix.path());
                case Endpoint.Tcp _, Endpoint.Udp _, Endpoint.Inherited _ -> Optional.empty();
            };
        }
    }

    ByteBuffer written() {
        List<String> lines = new ArrayList<>(List.of(GREETING, Integer.toString(generation),
                String.join(" ", older.stream().map(pid -> Long.toString(pid)).toList())));
        for (Slot slot : sockets) {
            lines.add(slot.asked.toString());
            lines.add(slot.real.toString());
        }
        return ByteBuffer.wrap(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    /// @throws IOException when the old program speaks otherwise
    static RestartState read(ByteBuffer message) throws IOException {
        List<String> lines = List.of(StandardCharsets.UTF_8.decode(message).toString().split("\n", -1));
        if (!lines.getFirst().equals(GREETING) || lines.size() < 3 || lines.size() % 2 == 0) {
            throw new IOException("the program that runs hands its sockets on in another way than '" + GREETING
                    + "'; stop it and start this one");
        }
        List<Slot> sockets = new ArrayList<>();
        for (int i = 3; i < lines.size(); i += 2) {
            sockets.add(new Slot(Endpoint.parse(lines.get(i)), Endpoint.parse(lines.get(i + 1))));
        }
        List<Long> older = lines.get(2).isEmpty()
                ? List.of()
                : List.of(lines.get(2).split(" ", -1)).stream().map(Long::valueOf).toList();
        return new RestartState(Integer.parseInt(lines.get(1)), older, sockets);
    }
}
