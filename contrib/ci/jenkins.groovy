// SPDX-License-Identifier: Apache-2.0
//
// A Jenkinsfile (docs/ci.md). It needs the plugins "Warnings" (recordIssues) and "JUnit".
pipeline {
    agent any
    stages {
        stage('popseal') {
            steps {
                sh 'popseal audit --no-strict --fail-on none --format junit --output popseal-junit.xml .'
                sh 'popseal audit --policy popseal.policy --format checkstyle --output popseal.xml .'
            }
        }
    }
    post {
        always {
            junit 'popseal-junit.xml'
            recordIssues tool: checkStyle(pattern: 'popseal.xml', name: 'popseal')
        }
    }
}
