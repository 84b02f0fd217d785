// swift-tools-version: 6.2
import PackageDescription

// How long the workloads take, for people: `swift package benchmark`. Counts of them, with thresholds, come from `./check`,
// which needs none of this.

let package = Package(
    name: "micro",
    dependencies: [
        .package(name: "homing", path: "../.."),
        // Without its traits, which count allocations by replacing malloc: `check` counts them without.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Times",
            dependencies: [
                .product(name: "Workloads", package: "homing"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Times",
            swiftSettings: [
                .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
