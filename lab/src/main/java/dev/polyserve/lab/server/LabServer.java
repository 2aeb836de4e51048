package dev.polyserve.lab.server;

import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.lab.work.LabWorkHandler;
import dev.polyserve.record.BufferedConnectionRecorder;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;

/// A server of the lab, which is recorded. It prints its port as its only line, and ends with the lab, which holds the other end of
/// its standard input. Worker processes run the same program.
///
/// **Thread**: the main thread waits for the end.
public final class LabServer {
    private static final int FAILED = 1;

    private LabServer() {}

    /// Serves until the lab ends.
    public static void main(String[] words) throws InterruptedException {
        if (!Server.isWorker()) {
            Thread.ofPlatform().daemon().name("lab-end").start(LabServer::endWithLab);
        }
        try {
            serve(LabServerArguments.parse(List.of(words)));
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(FAILED);
        }
    }

    private static void serve(LabServerArguments arguments) throws IOException, InterruptedException {
        Model model = arguments.chosen();
        boolean servesElsewhere = !Server.isWorker() && model.id().startsWith("process");
        BufferedConnectionRecorder recorder = new BufferedConnectionRecorder(servesElsewhere);
        LabRecordSender.start(recorder, arguments.records());
        var builder = Server.at("tcp://127.0.0.1:0").model(model).handle(new LabWorkHandler(recorder))
                .listener(recorder)
                .options(options -> options(options, arguments));
        try (Server server = builder.start()) {
            LowDescriptorFiller files = LowDescriptorFiller.below(arguments.openFiles());
            try {
                System.out.println(server.port());
                server.await();
            } finally {
                Reference.reachabilityFence(files);
            }
        }
    }

    /// Silent clients stay, and all come from one address.
    private static Options options(Options defaults, LabServerArguments arguments) {
        return defaults.withLimits(limits -> limits.withConnectionsPerAddress(0))
                .withTimeouts(times -> times.withFirstByte(Duration.ZERO).withIdle(Duration.ZERO)
                        .withHandOff(arguments.handOff() ? times.handOff() : Duration.ZERO));
    }

    private static void endWithLab() {
        try {
            while (System.in.read() >= 0) {
                // The lab writes nothing.
            }
        } catch (IOException e) {
            System.err.println("the pipe to the lab is broken: " + e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }
}
