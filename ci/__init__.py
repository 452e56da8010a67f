"""What supply of the project needs: pins, audit, SBOM, and tests with other versions."""
