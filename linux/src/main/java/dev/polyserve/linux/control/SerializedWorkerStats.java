package dev.polyserve.linux.control;

import dev.polyserve.Endpoint;
import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.stats.HistogramBuckets;
import dev.polyserve.stats.HandshakeOutcome;
import dev.polyserve.stats.HistogramSnapshot;
import dev.polyserve.stats.LoopSnapshot;
import dev.polyserve.stats.ServingProcessStats;
import dev.polyserve.stats.TlsSnapshot;
import dev.polyserve.stats.UpstreamSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The statistics of a worker as bytes of a message to its supervisor.
///
/// **Thread**: any.
///
/// @param figures the figures; their certificates are the supervisor's business
@SuppressWarnings("EnumOrdinal") // the process that reads it runs the same classes
record SerializedWorkerStats(ServingProcessStats figures) {
    /// More loops do not fit into a message; they are left out.
    private static final int MOST_LOOPS = 128;
    /// Likewise.
    private static final int MOST_UPSTREAMS = 64;

    /// Writes its parts in order.
    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(figures.bytesIn());
        out.writeLong(figures.bytesOut());
        out.writeLong(figures.bufferedBytes());
        out.writeLong(figures.datagramsIn());
        out.writeLong(figures.datagramsOut());
        List<LoopSnapshot> loops = figures.loops();
        int most = Math.min(MOST_LOOPS, loops.size());
        out.writeInt(most);
        for (LoopSnapshot loop : loops.subList(0, most)) {
            out.writeUTF(loop.name());
            write(out, loop.lag());
            out.writeDouble(loop.busyRatio());
            out.writeLong(loop.stalls());
            out.writeLong(loop.handOffs());
        }
        write(out, figures.tls());
        List<UpstreamSnapshot> upstreams = figures.upstreams();
        int told = Math.min(MOST_UPSTREAMS, upstreams.size());
        out.writeInt(told);
        for (UpstreamSnapshot upstream : upstreams.subList(0, told)) {
            write(out, upstream);
        }
    }

    private static void write(DataOutputStream out, UpstreamSnapshot upstream) throws IOException {
        out.writeUTF(upstream.endpoint().toString());
        out.writeInt(upstream.processes());
        out.writeInt(upstream.up());
        out.writeLong(upstream.active());
        out.writeLong(upstream.connected());
        out.writeLong(upstream.failed());
        out.writeLong(upstream.bytesOut());
        out.writeLong(upstream.bytesIn());
    }

    private static List<UpstreamSnapshot> upstreams(DataInputStream in) throws IOException {
        List<UpstreamSnapshot> upstreams = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            upstreams.add(new UpstreamSnapshot(Endpoint.parse(in.readUTF()), in.readInt(), in.readInt(), in.readLong(),
                    in.readLong(), in.readLong(), in.readLong(), in.readLong()));
        }
        return upstreams;
    }

    private static void write(DataOutputStream out, TlsSnapshot tls) throws IOException {
        out.writeInt(tls.counts().size());
        for (Map.Entry<HandshakeOutcome, Long> entry : tls.counts().entrySet()) {
            out.writeByte(entry.getKey().result().ordinal());
            out.writeUTF(entry.getKey().version());
            out.writeBoolean(entry.getKey().resumed());
            out.writeLong(entry.getValue());
        }
        write(out, tls.durations());
    }

    private static void write(DataOutputStream out, HistogramSnapshot histogram) throws IOException {
        out.writeByte(histogram.buckets().ordinal());
        out.writeInt(histogram.counts().size());
        for (long count : histogram.counts()) {
            out.writeLong(count);
        }
        out.writeLong(histogram.sumNanos());
    }

    /// Reads the parts in the same order.
    static SerializedWorkerStats readFrom(DataInputStream in) throws IOException {
        long bytesIn = in.readLong();
        long bytesOut = in.readLong();
        long bufferedBytes = in.readLong();
        long datagramsIn = in.readLong();
        long datagramsOut = in.readLong();
        List<LoopSnapshot> loops = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            loops.add(new LoopSnapshot(in.readUTF(), histogram(in), in.readDouble(), in.readLong(), in.readLong()));
        }
        return new SerializedWorkerStats(
                new ServingProcessStats(bytesIn, bytesOut, bufferedBytes, datagramsIn, datagramsOut, loops, tls(in),
                        upstreams(in)));
    }

    private static TlsSnapshot tls(DataInputStream in) throws IOException {
        Map<HandshakeOutcome, Long> counts = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            counts.put(new HandshakeOutcome(HandshakeResult.values()[in.readByte()], in.readUTF(), in.readBoolean()),
                    in.readLong());
        }
        return new TlsSnapshot(counts, histogram(in), Optional.empty());
    }

    private static HistogramSnapshot histogram(DataInputStream in) throws IOException {
        HistogramBuckets buckets = HistogramBuckets.values()[in.readByte()];
        List<Long> counts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            counts.add(in.readLong());
        }
        return new HistogramSnapshot(buckets, counts, in.readLong());
    }
}
