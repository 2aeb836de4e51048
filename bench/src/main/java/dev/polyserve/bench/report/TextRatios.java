package dev.polyserve.bench.report;

import dev.polyserve.bench.report.ContenderRanking.Place;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The ratios between contenders: for each pair where there is room, otherwise against the best only.
final class TextRatios {
    private static final int MAX_MATRIX = 6;

    private final ContenderRanking ranking;
    private final int width;

    TextRatios(ContenderRanking ranking, int width) {
        this.ranking = ranking;
        this.width = width;
    }

    List<String> lines() {
        if (ranking.places().size() < 2) {
            return List.of();
        }
        TextTable matrix = matrix();
        boolean fits = ranking.places().size() <= MAX_MATRIX && matrix.leftOut(width).isEmpty();
        return fits ? withTitle(matrix.lines(width)) : List.of(againstBest());
    }

    private List<String> withTitle(List<String> lines) {
        String title = ranking.metric().label() + " of the row as a multiple of the column's, median of the rounds "
                + "(minimum–maximum); ~ may be noise:";
        return Stream.concat(Stream.of(title), lines.stream()).toList();
    }

    private TextTable matrix() {
        TextTable table = new TextTable();
        List<Place> places = ranking.places();
        table.column("", 0, places.stream().map(Place::name).toList());
        for (Place column : places) {
            table.column(column.name(), 1, places.stream()
                    .map(row -> row.equals(column)
                            ? "·"
                            : cell(Ratio.of(row.entry(), column.entry(), ranking.metric())))
                    .toList());
        }
        return table;
    }

    private String againstBest() {
        List<Place> places = ranking.places();
        List<String> parts = places.stream().skip(1).map(place -> place.name() + " "
                + cell(Ratio.of(place.entry(), places.getFirst().entry(), ranking.metric()))).toList();
        return ranking.metric().label() + " as a multiple of " + places.getFirst().name() + "'s, median of the rounds "
                + "(minimum–maximum); ~ may be noise: " + String.join(", ", parts);
    }

    private static String cell(Optional<Ratio> ratio) {
        return ratio.map(Ratio::full).orElse("–");
    }
}
