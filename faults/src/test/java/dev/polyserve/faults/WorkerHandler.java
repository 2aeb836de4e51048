package dev.polyserve.faults;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Server;
import dev.polyserve.coroutine.Hub;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What the workers under test serve: each line is answered with the number of the process that serves it. `rest MILLIS` is
/// answered after so long, `stick FILE` never: it holds the thread until the test writes into that pipe, and an event loop, whose hub
/// was asked for before, with it. `fill` takes all of the heap, and tries on.
///
/// A worker gets into trouble when the file named by the property `polyserve.faults.trouble` is there: `exit N` ends it as soon as
/// it starts, `descriptors` takes all its descriptors at any time, and removes the file when none is left.
public final class WorkerHandler implements Handler {
    /// Names the file.
    static final String TROUBLE = "polyserve.faults.trouble";
    private static final String EXIT = "exit ";
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// What a worker without descriptors keeps open.
    private static final List<InputStream> OPEN = new ArrayList<>();

    /// What fills the heap.
    @SuppressWarnings("unused")
    private static volatile Object @Nullable [] kept;

    static {
        String file = System.getProperty(TROUBLE, "");
        if (Server.isWorker() && !file.isEmpty()) {
            Path trouble = Path.of(file);
            String what = read(trouble);
            if (what.startsWith(EXIT)) {
                System.exit(Integer.parseInt(what.substring(EXIT.length())));
            }
            Thread.ofPlatform().daemon().name("trouble").start(() -> awaitTrouble(trouble));
        }
    }

    private static String read(Path trouble) {
        try {
            return Files.exists(trouble) ? Files.readString(trouble).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException("the trouble cannot be read", e);
        }
    }

    private static void awaitTrouble(Path trouble) {
        while (!read(trouble).equals("descriptors")) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        try {
            while (true) {
                OPEN.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException none) {
            if (!trouble.toFile().delete()) {
                throw new IllegalStateException("the trouble stays", none);
            }
        }
    }

    /// Made for each connection.
    public WorkerHandler() {}

    private static void fill() {
        while (true) {
            try {
                // Small ones, until not even those fit.
                kept = new Object[]{kept};
            } catch (OutOfMemoryError e) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void handle(Connection connection) throws Exception {
        for (@Nullable
        String line; (line = connection.readLine()) != null;) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("rest")) {
                Thread.sleep(Long.parseLong(words[1]));
            } else if (words[0].equals("stick")) {
                Hub.find();
                try (InputStream pipe = new FileInputStream(words[1])) {
                    pipe.readAllBytes();
                }
            } else if (words[0].equals("fill")) {
                fill();
            }
            connection.writeLine(Long.toString(ProcessHandle.current().pid()));
        }
    }
}
