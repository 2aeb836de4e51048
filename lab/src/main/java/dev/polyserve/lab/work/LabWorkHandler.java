package dev.polyserve.lab.work;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.record.BufferedConnectionRecorder;
import dev.polyserve.record.TimelineEventKind;
import java.io.IOException;
import java.util.Arrays;

/// Does what each line asks for ([LabWorkRequest]), and records when it computes and when it sleeps.
///
/// **Thread**: those of the server's model.
///
/// @param recorder receives what the handler does
public record LabWorkHandler(BufferedConnectionRecorder recorder) implements Handler {
    /// The status of a process that a client has ended; a supervisor starts another worker.
    private static final int CRASHED = 70;
    private static final int PIECE_BYTES = 16 << 10;

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        for (String line; (line = connection.readLine()) != null;) {
            switch (LabWorkRequest.parse(line)) {
                case LabWorkRequest.Echo _ -> connection.writeLine(line);
                case LabWorkRequest.Compute compute -> {
                    recorder.says(connection.info(), TimelineEventKind.COMPUTE);
                    long result = FixedComputation.run(compute.millis());
                    recorder.says(connection.info(), TimelineEventKind.TURN);
                    connection.writeLine(result == 0 ? "" : line);
                }
                case LabWorkRequest.Sleep sleep -> {
                    recorder.says(connection.info(), TimelineEventKind.SLEEP);
                    Thread.sleep(sleep.millis());
                    recorder.says(connection.info(), TimelineEventKind.TURN);
                    connection.writeLine(line);
                }
                case LabWorkRequest.Flood flood -> flood(connection, flood.bytes());
                case LabWorkRequest.Crash _ -> Runtime.getRuntime().halt(CRASHED);
            }
        }
    }

    private static void flood(Connection connection, int bytes) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        Arrays.fill(piece, (byte) '.');
        for (int left = bytes; left > 0; left -= piece.length) {
            connection.write(piece, 0, Math.min(left, piece.length));
        }
    }
}
